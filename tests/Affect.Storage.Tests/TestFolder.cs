namespace Affect.Storage.Tests;

/// <summary>A folder of one test, removed with it.</summary>
public sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("affect-storage-").FullName;

    /// <summary>The repository's root: the folder with the solution.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(System.IO.Path.Combine(folder.FullName, "Affect.Distributed.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests must run below the folder of Affect.Distributed.sln.");
    }
}

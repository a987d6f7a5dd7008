namespace Affect.Vision.Tests.Fixtures;

/// <summary>Where the tests find the repository and keep what they make.</summary>
internal static class TestFolders
{
    public static string Repository { get; } = FindRepository();

    /// <summary>The clip that every fixture is made of: 31 s, 400x300, 25 frames a second, one face.</summary>
    public static string SampleClip { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("AFFECT_DEPS") ?? Path.Combine(Repository, ".deps"), "samples", "cap13_edit2.mp4");

    /// <summary>A new folder, removed by the caller.</summary>
    public static string CreateTemporary() => Directory.CreateTempSubdirectory("affect-vision-").FullName;

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Affect.Distributed.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests must run inside the repository.");
    }
}

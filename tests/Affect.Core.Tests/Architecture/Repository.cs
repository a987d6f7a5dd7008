namespace Affect.Core.Tests.Architecture;

/// <summary>Where the source is.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Affect.Distributed.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Affect.Distributed.sln above {AppContext.BaseDirectory}.");
    }
}

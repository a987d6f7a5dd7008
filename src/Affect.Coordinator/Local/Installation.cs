using System.Reflection;
using Affect.Engine.Models;

namespace Affect.Coordinator.Local;

/// <summary>Where this program and what came with it lie.</summary>
internal static class Installation
{
    /// <summary>Folder of <c>models/</c>: <c>AFFECT_HOME</c>, else the nearest folder above the program that has one.</summary>
    public static string Home { get; } = FindHome();

    public static string Version { get; } =
        typeof(Installation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static ModelLocator Models { get; } = new(Home);

    /// <summary>Folder of the sample videos that the set-up installs.</summary>
    public static string Samples => Path.Combine(Home, ".deps", "samples");

    private static string FindHome()
    {
        if (Environment.GetEnvironmentVariable("AFFECT_HOME") is { Length: > 0 } home)
        {
            return Path.GetFullPath(home);
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "models")))
            {
                return folder.FullName;
            }
        }

        return AppContext.BaseDirectory;
    }
}

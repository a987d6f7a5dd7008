// The runs under test use every core themselves; two at once would only measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Affect.EndToEnd.Tests.Fixtures;

/// <summary>The built program and the sample videos.</summary>
internal static class Installed
{
    public static string Root { get; } = FindRoot();

    /// <summary>The command line as built with these tests, or <c>AFFECT_PROGRAM</c>: the path of another build's affect.dll.</summary>
    public static string Program { get; } = FindProgram();

    /// <summary>31 s, 400x300, 25 frames a second, one face.</summary>
    public static string Sample { get; } = Path.Combine(Environment.GetEnvironmentVariable("AFFECT_DEPS") ?? Path.Combine(Root, ".deps"), "samples", "cap13_edit2.mp4");

    public static string Models { get; } = Path.Combine(Root, "models");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Affect.Distributed.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests must run inside the repository.");
    }

    private static string FindProgram()
    {
        var program = Environment.GetEnvironmentVariable("AFFECT_PROGRAM") ?? Path.Combine(Root, "src", "Affect.Coordinator", "bin", "Release", "net10.0", "affect.dll");
        return File.Exists(program) ? program : throw new InvalidOperationException($"{program} is not built; run ./affect --help or ./test.");
    }
}

using System.Diagnostics;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Fleets;

/// <summary>A build of the programs.</summary>
/// <param name="Affect">Path of affect.dll.</param>
/// <param name="Silo">Path of affect-silo.dll.</param>
internal sealed record FleetBuild(string Affect, string Silo)
{
    /// <summary>The version of <see cref="NextAsync"/>.</summary>
    public const string NextVersion = "99.0.0";

    public static readonly FleetBuild Current = new(Installed.Program, Path.Combine(Installed.Root, "src", "Affect.Silo", "bin", "Release", "net10.0", "affect-silo.dll"));

    private static readonly Lazy<Task<FleetBuild>> Next = new(BuildAsync);

    /// <summary>The same sources as a later version, every assembly of them built anew beside the current build; made once a test run.</summary>
    public static Task<FleetBuild> NextAsync() => Next.Value;

    private static async Task<FleetBuild> BuildAsync()
    {
        var folder = Path.Combine(Installed.Root, "artifacts", "next-build");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, WorkingDirectory = Installed.Root };
        foreach (var argument in (string[])[
            "build", "src/Affect.Coordinator", "-c", "Release", "--no-restore", "-o", folder, $"-p:Version={NextVersion}", "-p:IntermediateOutputPath=obj/next/",
            "-p:RunAnalyzers=false", "-p:GenerateDocumentationFile=false", "-p:EnforceCodeStyleInBuild=false", "-nodeReuse:false", "-v", "quiet", "-clp:NoSummary"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, text);
        return new FleetBuild(Path.Combine(folder, "affect.dll"), Path.Combine(folder, "affect-silo.dll"));
    }
}

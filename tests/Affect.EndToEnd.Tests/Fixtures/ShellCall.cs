using System.Diagnostics;

namespace Affect.EndToEnd.Tests.Fixtures;

/// <summary>Runs a shell script, for limits that only a shell can set.</summary>
internal static class ShellCall
{
    public static async Task<CliResult> RunAsync(IDictionary<string, string> environment, string script)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(script);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CliResult(process.ExitCode, await output, error, watch.Elapsed);
    }
}

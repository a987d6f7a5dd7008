using System.Diagnostics;

namespace Affect.EndToEnd.Tests.Fixtures;

/// <summary>Runs a shell script, for limits that only a shell can set.</summary>
internal static class ShellCall
{
    /// <summary>Far more than any script takes: one that waits for what never comes must fail, not hang.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

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
        var error = process.StandardError.ReadToEndAsync();
        var ended = Task.WhenAll(output, error, process.WaitForExitAsync());
        if (await Task.WhenAny(ended, Task.Delay(Limit)) != ended)
        {
            process.Kill(entireProcessTree: true);
            await ended;
            Assert.Fail($"{script}: no end within {Limit.TotalMinutes} minutes.\n{await output}\n{await error}");
        }

        return new CliResult(process.ExitCode, await output, await error, watch.Elapsed);
    }
}

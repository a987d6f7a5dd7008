using System.Diagnostics;

namespace Affect.Vision.Tests.Fixtures;

/// <summary>Runs ffmpeg for the tests themselves: to make fixtures and to get reference results by another way than the code under test.</summary>
internal static class FfmpegRun
{
    public static string Run(params IEnumerable<string> arguments) => RunProgram("ffmpeg", arguments);

    public static string RunProgram(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', start.ArgumentList)}: {errors.GetAwaiter().GetResult()}");
    }
}

using System.Diagnostics;

namespace Affect.Benchmarks.Detectors;

/// <summary>ffmpeg from bytes to bytes, for one picture: it reads all of its input before it writes, so the two pipes cannot block each other.</summary>
internal static class FfmpegFilter
{
    public static byte[] Run(byte[] input, params string[] arguments)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-v", "error", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return process.ExitCode == 0 ? output.ToArray() : throw new InvalidOperationException($"ffmpeg ended with exit code {process.ExitCode}.");
    }
}

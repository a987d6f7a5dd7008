using System.Diagnostics;
using Affect.Vision.Pixels;

namespace Affect.Vision.Tests.Detection;

/// <summary>Frames of real clips, decoded by ffmpeg.</summary>
internal static class Clips
{
    /// <summary>The first frames of a clip at a size, I420, a given number a second.</summary>
    public static List<PlanarImage> Frames(string file, int width, int height, int count, double perSecond = 1, string filter = "null")
    {
        var length = PlanarImage.PackedLengthBytes(PlanarFormat.I420, width, height);
        var bytes = Ffmpeg(
            -1, "-i", file, "-vf", FormattableString.Invariant($"fps={perSecond},{filter},scale={width}:{height}"), "-frames:v", $"{count}", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-");
        return [.. Enumerable.Range(0, bytes.Length / length)
            .Select(i => PlanarImage.FromPacked(bytes.AsMemory(i * length, length), PlanarFormat.I420, width, height, ColourMatrix.Bt601, ColourRange.Limited))];
    }

    /// <summary>What ffmpeg writes to its standard output.</summary>
    public static byte[] Ffmpeg(int length, params string[] arguments)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-v", "error", "-nostdin", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("ffmpeg did not start.");
        var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.True(length < 0 || output.Length == length, $"ffmpeg wrote {output.Length} bytes, {length} were expected.");
        return output.ToArray();
    }
}

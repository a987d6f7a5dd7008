using System.Diagnostics;
using System.Globalization;
using Affect.Vision.Pixels;

namespace Affect.Benchmarks.Detectors;

/// <summary>Frames of a clip at a fixed rate, full size, upright, as ffmpeg gives them.</summary>
internal static class ClipFrames
{
    /// <summary>The frames with their times in seconds. An image is valid until the next one is asked for.</summary>
    public static IEnumerable<(double Time, PlanarImage Image)> Read(string clip, double perSecond)
    {
        if (!File.Exists(clip))
        {
            throw new FileNotFoundException("The clip is not there.", clip);
        }

        using var process = Start(clip, perSecond);
        using var stream = new BufferedStream(process.StandardOutput.BaseStream, 1 << 20);
        var (width, height) = ReadHeader(stream);
        var buffer = new byte[PlanarImage.PackedLengthBytes(PlanarFormat.I420, width, height)];
        for (var i = 0; ReadLine(stream).StartsWith("FRAME", StringComparison.Ordinal); i++)
        {
            stream.ReadExactly(buffer);
            yield return (i / perSecond, PlanarImage.FromPacked(buffer, PlanarFormat.I420, width, height, ColourMatrix.Bt601, ColourRange.Limited));
        }

        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ffmpeg ended with exit code {process.ExitCode} on {clip}.");
        }
    }

    private static Process Start(string clip, double perSecond)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardOutput = true };
        string[] arguments = ["-v", "error", "-nostdin", "-i", clip, "-vf", $"fps={perSecond.ToString(CultureInfo.InvariantCulture)},format=yuv420p", "-f", "yuv4mpegpipe", "-"];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>YUV4MPEG2: a line of parameters, W and H among them, then a line and a picture a frame.</summary>
    private static (int Width, int Height) ReadHeader(Stream stream)
    {
        var fields = ReadLine(stream).Split(' ');
        int Number(char key) => int.Parse(fields.First(f => f.Length > 1 && f[0] == key)[1..], CultureInfo.InvariantCulture);
        return fields[0] == "YUV4MPEG2" ? (Number('W'), Number('H')) : throw new InvalidDataException("ffmpeg did not give a YUV4MPEG2 stream.");
    }

    private static string ReadLine(Stream stream)
    {
        var line = new System.Text.StringBuilder();
        for (var value = stream.ReadByte(); value is >= 0 and not '\n'; value = stream.ReadByte())
        {
            line.Append((char)value);
        }

        return line.ToString();
    }
}

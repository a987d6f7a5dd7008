using System.Globalization;

namespace Affect.Benchmarks.Detectors;

/// <summary>What is done to a finished I420 picture; the faces stay where they are.</summary>
internal enum Damage
{
    None = 0,

    /// <summary>An eighth of the light, then sensor noise.</summary>
    Darkened = 1,

    /// <summary>A Gaussian blur.</summary>
    Blurred = 2,

    /// <summary>H.264, one picture alone.</summary>
    Compressed = 3,
}

internal static class PictureDamage
{
    public const double Light = 0.125;
    public const double NoiseSigma = 3;
    public const double BlurSigmaPixels = 3;
    public const int CompressionCrf = 40;

    private const int Black = 16;
    private const int Neutral = 128;

    public static void Apply(Damage damage, byte[] samples, int width, int height, Random random)
    {
        var luma = samples.AsSpan(0, width * height);
        var chroma = samples.AsSpan(width * height);
        switch (damage)
        {
            case Damage.Darkened:
                Scale(luma, Black, random);
                Scale(chroma, Neutral, random);
                break;
            case Damage.Blurred:
                Blur(luma, width, height, BlurSigmaPixels);
                Blur(chroma[..(chroma.Length / 2)], width / 2, height / 2, BlurSigmaPixels / 2);
                Blur(chroma[(chroma.Length / 2)..], width / 2, height / 2, BlurSigmaPixels / 2);
                break;
            case Damage.Compressed:
                Compress(samples, width, height);
                break;
        }
    }

    private static void Scale(Span<byte> samples, int zero, Random random)
    {
        foreach (ref var sample in samples)
        {
            // Twelve uniform numbers' sum has a variance of 1; four of them, scaled, are close enough to a normal deviate.
            var noise = (random.NextDouble() + random.NextDouble() + random.NextDouble() + random.NextDouble() - 2) * Math.Sqrt(3) * NoiseSigma;
            sample = (byte)Math.Clamp(Math.Round(zero + ((sample - zero) * Light) + noise), 0, 255);
        }
    }

    private static void Blur(Span<byte> plane, int width, int height, double sigma)
    {
        var radius = (int)Math.Ceiling(3 * sigma);
        var weights = Enumerable.Range(-radius, (2 * radius) + 1).Select(x => Math.Exp(-x * x / (2 * sigma * sigma))).ToArray();
        var total = weights.Sum();
        var taps = Array.ConvertAll(weights, weight => (float)(weight / total));
        var rows = new float[plane.Length];
        for (var i = 0; i < plane.Length; i++)
        {
            var (row, x) = (i / width * width, i % width);
            for (var t = 0; t < taps.Length; t++)
            {
                rows[i] += taps[t] * plane[row + Math.Clamp(x + t - radius, 0, width - 1)];
            }
        }

        for (var i = 0; i < plane.Length; i++)
        {
            var (y, x) = (i / width, i % width);
            var sum = 0.5f;
            for (var t = 0; t < taps.Length; t++)
            {
                sum += taps[t] * rows[(Math.Clamp(y + t - radius, 0, height - 1) * width) + x];
            }

            plane[i] = (byte)sum;
        }
    }

    private static void Compress(byte[] samples, int width, int height)
    {
        string[] raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{width}x{height}"];
        var packed = FfmpegFilter.Run(samples, [.. raw, "-i", "-", "-c:v", "libx264", "-threads", "1", "-crf", CompressionCrf.ToString(CultureInfo.InvariantCulture), "-f", "h264", "-"]);
        FfmpegFilter.Run(packed, ["-f", "h264", "-i", "-", .. raw, "-"]).CopyTo(samples, 0);
    }
}

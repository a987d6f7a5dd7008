using Affect.Vision.Frames;

namespace Affect.Vision.Decoding;

/// <summary>What becomes of a source pixel format: which planar 8-bit layout it is delivered in, and whether it is that already.</summary>
/// <param name="Layout">The layout delivered.</param>
/// <param name="IsRgb">The source holds RGB and must go through a colour matrix.</param>
/// <param name="IsNative">The source is that layout already: nothing is converted.</param>
/// <param name="IsFullRangeByName">ffmpeg's deprecated J formats: full range whatever the tag says.</param>
public sealed record PixelSource(PixelLayout Layout, bool IsRgb, bool IsNative, bool IsFullRangeByName)
{
    private static readonly string[] RgbPrefixes = ["rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "x2rgb", "x2bgr", "pal8", "xyz", "bayer"];

    private static readonly string[] FullChromaPrefixes =
        ["yuv444", "yuvj444", "yuva444", "nv24", "nv42", "p410", "p412", "p416", "ayuv64", "vuya", "vuyx", "xv30", "xv36"];

    /// <param name="pixelFormat">ffmpeg's name.</param>
    public static PixelSource Of(string pixelFormat)
    {
        var isJ = pixelFormat.StartsWith("yuvj", StringComparison.Ordinal);
        if (pixelFormat.StartsWith("gray", StringComparison.Ordinal) || pixelFormat.StartsWith("ya", StringComparison.Ordinal) ||
            pixelFormat.StartsWith("mono", StringComparison.Ordinal))
        {
            return new PixelSource(PixelLayout.Gray8, false, pixelFormat == "gray", false);
        }

        if (RgbPrefixes.Any(p => pixelFormat.StartsWith(p, StringComparison.Ordinal)))
        {
            return new PixelSource(PixelLayout.I444, true, false, false);
        }

        return FullChromaPrefixes.Any(p => pixelFormat.StartsWith(p, StringComparison.Ordinal))
            ? new PixelSource(PixelLayout.I444, false, pixelFormat is "yuv444p" or "yuvj444p", isJ)
            : new PixelSource(PixelLayout.I420, false, pixelFormat is "yuv420p" or "yuvj420p", isJ);
    }
}

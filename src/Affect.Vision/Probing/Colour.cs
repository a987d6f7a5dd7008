namespace Affect.Vision.Probing;

/// <summary>Reads ffmpeg's colour tags, and guesses as players do where there are none.</summary>
internal static class Colour
{
    private const int HdWidthPixels = 1280;
    private const int HdHeightPixels = 720;

    /// <summary>bt601, bt709 or bt2020.</summary>
    public static string Matrix(string colourSpace, int width, int height) => colourSpace switch
    {
        "bt709" or "smpte240m" => "bt709",
        "bt470bg" or "smpte170m" or "fcc" => "bt601",
        "bt2020nc" or "bt2020c" => "bt2020",
        _ => width >= HdWidthPixels || height >= HdHeightPixels ? "bt709" : "bt601",
    };

    /// <summary>RGB sources become full-range YUV; grey and the J formats are full range unless tagged otherwise (swscale takes them so).</summary>
    public static bool IsFullRange(string pixelFormat, string range) => Decoding.PixelSource.Of(pixelFormat) switch
    {
        { IsRgb: true } => true,
        { IsFullRangeByName: true } => true,
        { Layout: Frames.PixelLayout.Gray8 } => range != "tv",
        _ => range == "pc",
    };
}

using System.Runtime.CompilerServices;

namespace Affect.Vision.Pixels;

/// <summary>
/// The affine map from a Y, U, V sample triple (0..255) to R, G, B on the same scale, clamped to 0..255.
/// Constants: ITU-R BT.601-7, BT.709-6 and BT.2020-2 (non-constant luminance). An unknown matrix is read as BT.601 and an
/// unknown range as limited, which is what ffmpeg's scaler assumes.
/// </summary>
internal readonly struct YuvToRgb
{
    private YuvToRgb(float lumaScale, float lumaBlack, float redV, float greenU, float greenV, float blueU)
    {
        LumaScale = lumaScale;
        LumaBlack = lumaBlack;
        RedV = redV;
        GreenU = greenU;
        GreenV = greenV;
        BlueU = blueU;
    }

    public float LumaScale { get; }

    public float LumaBlack { get; }

    public float RedV { get; }

    public float GreenU { get; }

    public float GreenV { get; }

    public float BlueU { get; }

    public static YuvToRgb For(ColourMatrix matrix, ColourRange range)
    {
        var (kr, kb) = matrix switch
        {
            ColourMatrix.Bt709 => (0.2126, 0.0722),
            ColourMatrix.Bt2020 => (0.2627, 0.0593),
            _ => (0.299, 0.114),
        };
        var kg = 1 - kr - kb;
        var full = range == ColourRange.Full;
        var lumaScale = full ? 1.0 : 255.0 / 219.0;
        var chromaScale = full ? 1.0 : 255.0 / 224.0;
        return new YuvToRgb(
            (float)lumaScale,
            full ? 0 : 16,
            (float)(2 * (1 - kr) * chromaScale),
            (float)(-2 * (1 - kb) * kb / kg * chromaScale),
            (float)(-2 * (1 - kr) * kr / kg * chromaScale),
            (float)(2 * (1 - kb) * chromaScale));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (float R, float G, float B) Convert(float y, float u, float v)
    {
        var luma = (y - LumaBlack) * LumaScale;
        u -= 128;
        v -= 128;
        return (
            Clamp(luma + (RedV * v)),
            Clamp(luma + (GreenU * u) + (GreenV * v)),
            Clamp(luma + (BlueU * u)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Clamp(float value) => Math.Min(Math.Max(value, 0f), 255f);
}

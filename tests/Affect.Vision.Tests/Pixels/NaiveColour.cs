using Affect.Vision.Pixels;

namespace Affect.Vision.Tests.Pixels;

/// <summary>YUV to RGB by the standards' equations, written the other way round from the product: solves Y, Cb, Cr for R, G, B.</summary>
internal static class NaiveColour
{
    public static double[] ToRgb(ColourMatrix matrix, ColourRange range, double y, double u, double v)
    {
        var (kr, kb) = matrix switch { ColourMatrix.Bt709 => (0.2126, 0.0722), ColourMatrix.Bt2020 => (0.2627, 0.0593), _ => (0.299, 0.114) };
        var full = range == ColourRange.Full;
        var luma = full ? y / 255 : (y - 16) / 219;
        var cb = full ? (u - 128) / 255 : (u - 128) / 224;
        var cr = full ? (v - 128) / 255 : (v - 128) / 224;
        var r = luma + (cr * 2 * (1 - kr));
        var b = luma + (cb * 2 * (1 - kb));
        var g = (luma - (kr * r) - (kb * b)) / (1 - kr - kb);
        return [Math.Clamp(255 * r, 0, 255), Math.Clamp(255 * g, 0, 255), Math.Clamp(255 * b, 0, 255)];
    }
}

public sealed class YuvToRgbTests
{
    [Theory]
    [InlineData(ColourMatrix.Bt601, ColourRange.Limited, 81, 90, 240, 255, 0, 0)] // BT.601 red
    [InlineData(ColourMatrix.Bt709, ColourRange.Limited, 63, 102, 240, 255, 0, 0)] // BT.709 red
    [InlineData(ColourMatrix.Bt2020, ColourRange.Limited, 74, 97, 240, 255, 0, 0)] // BT.2020 red
    [InlineData(ColourMatrix.Bt709, ColourRange.Limited, 235, 128, 128, 255, 255, 255)]
    [InlineData(ColourMatrix.Bt709, ColourRange.Limited, 16, 128, 128, 0, 0, 0)]
    [InlineData(ColourMatrix.Bt601, ColourRange.Full, 76, 85, 255, 255, 0, 0)] // JFIF red
    public void Convert_KnownColours(ColourMatrix matrix, ColourRange range, int y, int u, int v, int r, int g, int b)
    {
        var actual = YuvToRgb.For(matrix, range).Convert(y, u, v);
        Assert.InRange(actual.R, r - 2.5, r + 2.5);
        Assert.InRange(actual.G, g - 2.5, g + 2.5);
        Assert.InRange(actual.B, b - 2.5, b + 2.5);
    }

    [Fact]
    public void Convert_EqualsNaive()
    {
        var random = new Random(3);
        foreach (var matrix in new[] { ColourMatrix.Bt601, ColourMatrix.Bt709, ColourMatrix.Bt2020 })
        {
            foreach (var range in new[] { ColourRange.Limited, ColourRange.Full })
            {
                for (var i = 0; i < 200; i++)
                {
                    var (y, u, v) = (random.Next(256), random.Next(256), random.Next(256));
                    var (r, g, b) = YuvToRgb.For(matrix, range).Convert(y, u, v);
                    var expected = NaiveColour.ToRgb(matrix, range, y, u, v);
                    Assert.Equal(expected[0], r, 0.001);
                    Assert.Equal(expected[1], g, 0.001);
                    Assert.Equal(expected[2], b, 0.001);
                }
            }
        }
    }
}

using Affect.Vision.Pixels;

namespace Affect.Vision.Tests.Pixels;

public sealed class TensorShrinkerTests
{
    // As in RegionSamplerTests: rounding of sums of 8-bit values in float32.
    private const double ToleranceLevels = 2e-3;

    [Theory]
    [InlineData(288, 192, 96, 64, 3)]
    [InlineData(300, 200, 128, 96, 2)]
    [InlineData(301, 203, 192, 160, 4)]
    [InlineData(203, 301, 64, 96, 3)]
    public void Shrink_EqualsSamplingTheFrame_WhereBlocksAreWhole(int frameWidth, int frameHeight, int width, int height, int factor)
    {
        // Grey, because colours out of range are cut off before the average in one and after it in the other.
        var image = TestImages.Random(PlanarFormat.Gray8, frameWidth, frameHeight, seed: 3, range: ColourRange.Full);
        var format = TestImages.Format(TensorLayout.Nchw, ChannelOrder.Rgb);
        var step = Math.Max((double)frameWidth / width, (double)frameHeight / height);
        var (targetWidth, targetHeight) = (width / factor + 3, height / factor + 2);
        var sampler = new RegionSampler();
        var (large, expected, actual) = (new float[3 * width * height], new float[3 * targetWidth * targetHeight], new float[3 * targetWidth * targetHeight]);
        Array.Fill(actual, float.NaN);
        sampler.Sample(image, 0, 0, step, format, large, width, height);
        sampler.Sample(image, 0, 0, step * factor, format, expected, targetWidth, targetHeight);
        var inside = Inside(image, width, height, step);
        var targetInside = Inside(image, targetWidth, targetHeight, step * factor);
        new TensorShrinker().Shrink(large, width, height, inside, factor, format, actual, targetWidth, targetHeight, targetInside);
        Assert.DoesNotContain(actual, float.IsNaN);

        var compared = 0;
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < targetHeight; y++)
            {
                for (var x = 0; x < targetWidth; x++)
                {
                    var at = (((channel * targetHeight) + y) * targetWidth) + x;
                    var isCut = (x + 1) * step * factor > frameWidth || (y + 1) * step * factor > frameHeight;
                    var isBlack = x >= targetInside.Columns || y >= targetInside.Rows;
                    if (isBlack)
                    {
                        Assert.Equal(format.Bias[channel], actual[at]);
                    }
                    else if (!isCut)
                    {
                        Assert.Equal(0, (actual[at] - expected[at]) / format.Scale[channel], ToleranceLevels);
                        compared++;
                    }
                }
            }
        }

        Assert.InRange(compared, 3 * (targetInside.Columns - 1) * (targetInside.Rows - 1), int.MaxValue);
    }

    private static (int Columns, int Rows) Inside(PlanarImage image, int width, int height, double step) =>
        (AxisTaps.Inside(width, image.WidthPixels, 0, step).End, AxisTaps.Inside(height, image.HeightPixels, 0, step).End);
}

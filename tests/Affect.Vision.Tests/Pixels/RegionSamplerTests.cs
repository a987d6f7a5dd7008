using Affect.Vision.Pixels;

namespace Affect.Vision.Tests.Pixels;

public sealed class RegionSamplerTests
{
    // Sums of a few hundred products of 8-bit values and weights near 1 in float32: below 1e-3 of a level.
    private const double ToleranceLevels = 2e-3;

    [Theory]
    [InlineData(PlanarFormat.I420, TensorLayout.Nchw, ChannelOrder.Rgb, 0.0, 0.0, 3.3333, 96, 64)]
    [InlineData(PlanarFormat.I420, TensorLayout.Nhwc, ChannelOrder.Bgr, 0.0, 0.0, 2.0, 150, 101)]
    [InlineData(PlanarFormat.I420, TensorLayout.Nchw, ChannelOrder.Rgb, -40.5, 33.25, 1.37, 128, 96)]
    [InlineData(PlanarFormat.I420, TensorLayout.Nchw, ChannelOrder.Bgr, 120.2, 80.9, 0.41, 96, 96)]
    [InlineData(PlanarFormat.I420, TensorLayout.Nchw, ChannelOrder.Rgb, 250.0, 150.0, 0.9, 96, 96)]
    [InlineData(PlanarFormat.I444, TensorLayout.Nchw, ChannelOrder.Rgb, -3.0, -7.0, 4.71, 80, 64)]
    [InlineData(PlanarFormat.Gray8, TensorLayout.Nhwc, ChannelOrder.Rgb, 10.0, 0.0, 2.5, 64, 64)]
    [InlineData(PlanarFormat.I420, TensorLayout.Nchw, ChannelOrder.Rgb, 0.0, 0.0, 1.6, 190, 128)]
    [InlineData(PlanarFormat.I420, TensorLayout.Nchw, ChannelOrder.Rgb, 0.0, 0.0, 6.5, 64, 32)]
    [InlineData(PlanarFormat.I420, TensorLayout.Nchw, ChannelOrder.Rgb, 0.0, 0.0, 12.3, 32, 32)]
    [InlineData(PlanarFormat.I420, TensorLayout.Nchw, ChannelOrder.Rgb, 5000.0, 0.0, 1.0, 32, 32)]
    public void Sample_EqualsNaiveLoop(
        PlanarFormat format, TensorLayout layout, ChannelOrder order, double left, double top, double step, int width, int height)
    {
        var image = TestImages.Random(format, 301, 203, seed: 7, ColourMatrix.Bt709);
        var tensorFormat = TestImages.Format(layout, order);
        var actual = new float[3 * width * height];
        new RegionSampler().Sample(image, left, top, step, tensorFormat, actual, width, height);
        var largest = 0.0;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var rgb = Naive(image, left, top, step, x, y);
                for (var c = 0; c < 3; c++)
                {
                    var channel = order == ChannelOrder.Bgr ? 2 - c : c;
                    var at = layout == TensorLayout.Nchw ? (channel * width * height) + (y * width) + x : (3 * ((y * width) + x)) + channel;
                    var levels = (actual[at] - tensorFormat.Bias[channel]) / tensorFormat.Scale[channel];
                    largest = Math.Max(largest, Math.Abs(levels - rgb[c]));
                }
            }
        }

        Assert.InRange(largest, 0, ToleranceLevels);
    }

    [Fact]
    public void Sample_SteadyState_AllocatesNothing()
    {
        var image = TestImages.Random(PlanarFormat.I420, 640, 360, seed: 1);
        var sampler = new RegionSampler();
        var format = TestImages.Format(TensorLayout.Nchw, ChannelOrder.Rgb);
        var tensor = new float[3 * 192 * 128];
        sampler.Sample(image, 0, 0, 640 / 192.0, format, tensor, 192, 128);
        sampler.Sample(image, 0, 0, 640 / 192.0, format, tensor, 192, 128);
        var before = GC.GetAllocatedBytesForCurrentThread();
        sampler.Sample(image, 0, 0, 640 / 192.0, format, tensor, 192, 128);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>The definition, pixel by pixel, in double precision.</summary>
    private static double[] Naive(PlanarImage image, double left, double top, double step, int x, int y)
    {
        var (centreX, centreY) = (left + ((x + 0.5) * step), top + ((y + 0.5) * step));
        if (centreX < 0 || centreX >= image.WidthPixels || centreY < 0 || centreY >= image.HeightPixels)
        {
            return [0, 0, 0];
        }

        var share = image.Format == PlanarFormat.I420 ? 0.5 : 1.0;
        var luma = Plane(image.Luma, left, top, step, x, y);
        var u = image.Format == PlanarFormat.Gray8 ? 128 : Plane(image.U, left * share, top * share, step * share, x, y);
        var v = image.Format == PlanarFormat.Gray8 ? 128 : Plane(image.V, left * share, top * share, step * share, x, y);
        return NaiveColour.ToRgb(image.Matrix, image.Range, luma, u, v);
    }

    private static double Plane(Plane plane, double left, double top, double step, int x, int y)
    {
        if (step >= 1)
        {
            double sum = 0, area = 0;
            var (x0, x1, y0, y1) = (left + (x * step), left + ((x + 1) * step), top + (y * step), top + ((y + 1) * step));
            for (var row = Math.Max(0, (int)y0); row < Math.Min(plane.Height, y1); row++)
            {
                for (var column = Math.Max(0, (int)x0); column < Math.Min(plane.Width, x1); column++)
                {
                    var covered = Math.Max(0, Math.Min(x1, column + 1) - Math.Max(x0, column)) * Math.Max(0, Math.Min(y1, row + 1) - Math.Max(y0, row));
                    sum += covered * TestImages.At(plane, column, row);
                    area += covered;
                }
            }

            return sum / area;
        }

        var px = Math.Clamp(left + ((x + 0.5) * step) - 0.5, 0, plane.Width - 1);
        var py = Math.Clamp(top + ((y + 0.5) * step) - 0.5, 0, plane.Height - 1);
        var (ix, iy) = ((int)px, (int)py);
        var (fx, fy) = (px - ix, py - iy);
        return ((1 - fy) * (((1 - fx) * TestImages.At(plane, ix, iy)) + (fx * TestImages.At(plane, ix + 1, iy)))) +
            (fy * (((1 - fx) * TestImages.At(plane, ix, iy + 1)) + (fx * TestImages.At(plane, ix + 1, iy + 1))));
    }
}

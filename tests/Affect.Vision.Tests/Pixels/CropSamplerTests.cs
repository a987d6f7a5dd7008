using Affect.Vision.Pixels;

namespace Affect.Vision.Tests.Pixels;

public sealed class CropSamplerTests
{
    private const double ToleranceLevels = 2e-3;

    [Theory]
    [InlineData(PlanarFormat.I420, 0.6, 15)]
    [InlineData(PlanarFormat.I420, 1.4, -25)]
    [InlineData(PlanarFormat.I420, 2.3, 170)]
    [InlineData(PlanarFormat.I420, 5.9, 5)]
    [InlineData(PlanarFormat.I444, 3.1, 40)]
    [InlineData(PlanarFormat.Gray8, 2.7, -70)]
    public void Sample_EqualsNaiveLoop(PlanarFormat format, double framePixelsPerCropPixel, double degrees)
    {
        const int Width = 48;
        const int Height = 40;
        var image = TestImages.Random(format, 211, 173, seed: 11, ColourMatrix.Bt709, ColourRange.Full);
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);

        // The crop hangs over the upper left corner, so that the repeated border is part of it.
        var crop = new SimilarityTransform(framePixelsPerCropPixel * cos, framePixelsPerCropPixel * sin, 30, 25);
        var tensorFormat = TestImages.Format(TensorLayout.Nchw, ChannelOrder.Rgb);
        var actual = new float[3 * Width * Height];
        new CropSampler().Sample(image, crop, tensorFormat, actual, Width, Height);
        var largest = 0.0;
        for (var i = 0; i < Width * Height; i++)
        {
            var (x, y) = crop.ToFrame((i % Width) + 0.5, (i / Width) + 0.5);
            var share = format == PlanarFormat.I420 ? 0.5 : 1.0;
            var grey = format == PlanarFormat.Gray8;
            var rgb = NaiveColour.ToRgb(
                image.Matrix, image.Range,
                Plane(image.Luma, x, y, framePixelsPerCropPixel),
                grey ? 128 : Plane(image.U, x * share, y * share, framePixelsPerCropPixel * share),
                grey ? 128 : Plane(image.V, x * share, y * share, framePixelsPerCropPixel * share));
            for (var c = 0; c < 3; c++)
            {
                var levels = (actual[(c * Width * Height) + i] - tensorFormat.Bias[c]) / tensorFormat.Scale[c];
                largest = Math.Max(largest, Math.Abs(levels - rgb[c]));
            }
        }

        Assert.InRange(largest, 0, ToleranceLevels);
    }

    [Fact]
    public void Sample_SteadyState_AllocatesNothing()
    {
        var image = TestImages.Random(PlanarFormat.I420, 640, 360, seed: 1);
        var sampler = new CropSampler();
        var format = TestImages.Format(TensorLayout.Nchw, ChannelOrder.Rgb);
        var tensor = new float[3 * 64 * 64];
        var crop = new SimilarityTransform(2.9, 0.4, 100, 80);
        sampler.Sample(image, crop, format, tensor, 64, 64);
        var before = GC.GetAllocatedBytesForCurrentThread();
        sampler.Sample(image, crop, format, tensor, 64, 64);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Averages all blocks of the plane, then interpolates.</summary>
    private static double Plane(Plane plane, double x, double y, double scale)
    {
        var factor = Math.Max(1, (int)Math.Floor(scale));
        var (columns, rows) = ((plane.Width + factor - 1) / factor, (plane.Height + factor - 1) / factor);
        var (px, py) = ((x / factor) - 0.5, (y / factor) - 0.5);
        var (ix, iy) = ((int)Math.Floor(px), (int)Math.Floor(py));
        var (fx, fy) = (px - ix, py - iy);
        return ((1 - fy) * (((1 - fx) * Block(ix, iy)) + (fx * Block(ix + 1, iy)))) +
            (fy * (((1 - fx) * Block(ix, iy + 1)) + (fx * Block(ix + 1, iy + 1))));

        double Block(int column, int row)
        {
            column = Math.Clamp(column, 0, columns - 1);
            row = Math.Clamp(row, 0, rows - 1);
            double sum = 0, count = 0;
            for (var sy = row * factor; sy < Math.Min(plane.Height, (row + 1) * factor); sy++)
            {
                for (var sx = column * factor; sx < Math.Min(plane.Width, (column + 1) * factor); sx++)
                {
                    sum += TestImages.At(plane, sx, sy);
                    count++;
                }
            }

            return sum / count;
        }
    }
}

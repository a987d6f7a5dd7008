using Affect.Vision.Alignment;
using Affect.Vision.Detection;
using Affect.Vision.Models;
using Affect.Vision.Pixels;
using Affect.Vision.Tests.Pixels;

namespace Affect.Vision.Tests.Alignment;

public sealed class FaceMeasurerTests
{
    private static readonly FaceDetection Face = FaceDetection.BoxOnly(40, 30, 64, 64, 1);

    [Fact]
    public void LaplacianVariance_EqualsNumpy()
    {
        // numpy: a = (x * 7 + y * y) % 32 on 6 rows x 8 columns; l = 4-neighbour Laplacian of the inside; l.var()
        var luma = Enumerable.Range(0, 48).Select(i => (float)(((i % 8 * 7) + (i / 8 * (i / 8))) % 32)).ToArray();
        Assert.Equal(LaplacianFromNumpy, FaceMeasurer.LaplacianVariance(luma, 8, 6), 1e-3);
    }

    [Fact]
    public void Sharpness_FallsWithBlur()
    {
        var sharp = TestImages.Random(PlanarFormat.Gray8, 160, 120, 3);
        var measurer = new FaceMeasurer(new FaceCrop.Box(0), 64, 64);
        var appearance = new byte[64];
        var first = measurer.Measure(sharp, Face, appearance);
        var last = first;
        for (var rounds = 1; rounds <= 3; rounds++)
        {
            var blurred = measurer.Measure(Blur(sharp, rounds), Face, appearance);
            Assert.True(blurred < last);
            last = blurred;
        }

        Assert.True(last < first / 4);
    }

    [Fact]
    public void Appearance_IsTheMeanLumaOfEachEighth()
    {
        var bytes = new byte[160 * 120];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(i % 160 < 72 ? 50 : 200);
        }

        var image = PlanarImage.FromPacked(bytes, PlanarFormat.Gray8, 160, 120, ColourMatrix.Bt601, ColourRange.Limited);
        var appearance = new byte[64];
        new FaceMeasurer(new FaceCrop.Box(0), 64, 64).Measure(image, Face, appearance);
        for (var i = 0; i < 64; i++)
        {
            Assert.Equal(i % 8 < 4 ? 50 : 200, appearance[i]);
        }
    }

    [Fact]
    public void Measure_SteadyState_AllocatesNothing()
    {
        var image = TestImages.Random(PlanarFormat.I420, 160, 120, 3);
        var measurer = new FaceMeasurer(new FaceCrop.Box(0), 64, 64);
        var appearance = new byte[64];
        measurer.Measure(image, Face, appearance);
        var before = GC.GetAllocatedBytesForCurrentThread();
        measurer.Measure(image, Face, appearance);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static PlanarImage Blur(PlanarImage image, int radius)
    {
        var bytes = new byte[image.WidthPixels * image.HeightPixels];
        for (var y = 0; y < image.HeightPixels; y++)
        {
            for (var x = 0; x < image.WidthPixels; x++)
            {
                var sum = 0;
                for (var dy = -radius; dy <= radius; dy++)
                {
                    for (var dx = -radius; dx <= radius; dx++)
                    {
                        sum += TestImages.At(image.Luma, x + dx, y + dy);
                    }
                }

                bytes[(y * image.WidthPixels) + x] = (byte)(sum / ((2 * radius) + 1) / ((2 * radius) + 1));
            }
        }

        return PlanarImage.FromPacked(bytes, PlanarFormat.Gray8, image.WidthPixels, image.HeightPixels, image.Matrix, image.Range);
    }

    private const double LaplacianFromNumpy = 1166.222222222222;
}

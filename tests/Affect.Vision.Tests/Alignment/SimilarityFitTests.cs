using Affect.Vision.Alignment;
using Affect.Vision.Detection;
using Affect.Vision.Models;

namespace Affect.Vision.Tests.Alignment;

public sealed class SimilarityFitTests
{
    private static readonly (float X, float Y)[] Template = [(20.85f, 25.1f), (43.15f, 25.1f), (32f, 37.95f), (32f, 48.95f)];

    [Fact]
    public void Fit_ExactPoints_GivesBackTheTransform()
    {
        var random = new Random(1);
        for (var round = 0; round < 100; round++)
        {
            var truth = new Affect.Vision.Pixels.SimilarityTransform(
                (random.NextDouble() * 8) - 4, (random.NextDouble() * 8) - 4, random.NextDouble() * 900, random.NextDouble() * 500);
            var frame = Template.Select(point => truth.ToFrame(point.X, point.Y)).Select(point => ((float)point.X, (float)point.Y)).ToArray();
            var fit = SimilarityFit.Fit(frame, Template)!.Value;
            Assert.Equal(truth.A, fit.A, 1e-3);
            Assert.Equal(truth.B, fit.B, 1e-3);
            var (x, y) = fit.ToCrop(fit.ToFrame(10, 50).X, fit.ToFrame(10, 50).Y);
            Assert.Equal(10, x, 1e-6);
            Assert.Equal(50, y, 1e-6);
        }
    }

    [Fact]
    public void Fit_NoisyPoints_IsTheLeastSquaresOptimum()
    {
        var random = new Random(2);
        var frame = Template.Select(point => ((float)((point.X * 3) + 50 + random.Next(-9, 9)), (float)((point.Y * 3) + 20 + random.Next(-9, 9)))).ToArray();
        var fit = SimilarityFit.Fit(frame, Template)!.Value;
        var best = Error(1, 0, 0, 0);
        Assert.True(best > 1, "The points are noisy.");
        foreach (var (scale, turn, dx, dy) in new[] { (1.002, 0.0, 0.0, 0.0), (0.998, 0, 0, 0), (1, 0.002, 0, 0), (1, -0.002, 0, 0), (1, 0, 0.05, 0), (1, 0, 0, -0.05) })
        {
            Assert.True(Error(scale, turn, dx, dy) > best);
        }

        // Squared distance on the crop's side, after a small change of the fitted map.
        double Error(double scale, double turn, double dx, double dy) => frame.Zip(Template).Sum(pair =>
        {
            var (x, y) = fit.ToCrop(pair.First.Item1, pair.First.Item2);
            var (u, v) = ((x - 32) * scale, (y - 35) * scale);
            (x, y) = (32 + u - (turn * v) + dx, 35 + v + (turn * u) + dy);
            return ((x - pair.Second.X) * (x - pair.Second.X)) + ((y - pair.Second.Y) * (y - pair.Second.Y));
        });
    }

    [Fact]
    public void Crop_PointsInOnePlace_FallsBackToTheBox()
    {
        var face = FaceDetection.BoxOnly(100, 60, 40, 50, 1) with { RightEye = new(1, 1), LeftEye = new(1, 1), Nose = new(1, 1), Mouth = new(1, 1) };
        var crop = new FaceCrop.Similarity([FacePointName.RightEye, FacePointName.LeftEye, FacePointName.Nose, FacePointName.Mouth], Template);
        var transform = FaceAlignment.Crop(crop, face, 64, 64);
        Assert.Equal((95, 60), transform.ToFrame(0, 0));
        Assert.Equal((145, 110), transform.ToFrame(64, 64));
    }

    [Fact]
    public void Crop_Box_GrowsByTheMarginOnEachSide()
    {
        var face = FaceDetection.BoxOnly(100, 60, 40, 80, 1);
        var transform = FaceAlignment.Crop(new FaceCrop.Box(0.25f), face, 224, 224);
        Assert.Equal((120 - 60, 100 - 60), transform.ToFrame(0, 0));
        Assert.Equal((120 + 60, 100 + 60), transform.ToFrame(224, 224));
    }
}

using Affect.Vision.Alignment;
using Affect.Vision.Detection;

namespace Affect.Vision.Tests.Alignment;

public sealed class HeadPoseTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Estimate_ReferenceHead_GivesBackTheAngles(bool ears)
    {
        foreach (var yaw in new[] { -60, -25, 0, 10, 45 })
        {
            foreach (var pitch in new[] { -30, 0, 20 })
            {
                foreach (var roll in new[] { -80, -15, 0, 40, 150 })
                {
                    var pose = HeadPoseEstimator.Estimate(Face(yaw, pitch, roll, 2.5, ears, noise: 0));
                    Assert.Equal(yaw, pose.YawDegrees, 1.0);
                    Assert.Equal(pitch, pose.PitchDegrees, 1.0);
                    Assert.Equal(roll, pose.RollDegrees, 1.0);
                }
            }
        }
    }

    [Fact]
    public void Estimate_NoisyLandmarks_StaysNear()
    {
        // Landmarks off by 5 % of the distance between the eyes, about what the default detector does on faces of 80 pixels.
        var errors = Enumerable.Range(0, 200).Select(seed =>
        {
            var random = new Random(seed);
            var (yaw, pitch, roll) = (random.Next(-40, 41), random.Next(-20, 21), random.Next(-30, 31));
            var pose = HeadPoseEstimator.Estimate(Face(yaw, pitch, roll, 1, ears: true, noise: 63 * 0.05, seed));
            return (Math.Abs(pose.YawDegrees - yaw), Math.Abs(pose.PitchDegrees - pitch), Math.Abs(pose.RollDegrees - roll));
        }).ToArray();
        Assert.InRange(errors.Average(error => error.Item1), 0, 4);
        Assert.InRange(errors.Average(error => error.Item2), 0, 6);
        Assert.InRange(errors.Average(error => error.Item3), 0, 3);
    }

    [Fact]
    public void Estimate_Signs_AreTheSubjectsLeftUpAndClockwise()
    {
        var frontal = Face(0, 0, 0, 1, ears: false, noise: 0);
        Assert.True(HeadPoseEstimator.Estimate(frontal with { Nose = frontal.Nose with { X = frontal.Nose.X + 10 } }).YawDegrees > 5);
        Assert.True(HeadPoseEstimator.Estimate(frontal with { Nose = frontal.Nose with { Y = frontal.Nose.Y - 10 } }).PitchDegrees > 5);
        Assert.True(HeadPoseEstimator.Estimate(Face(0, 0, 20, 1, ears: false, noise: 0)).RollDegrees > 15);
    }

    [Fact]
    public void Estimate_WithoutLandmarks_IsAbsent() => Assert.Equal(HeadPose.Absent, HeadPoseEstimator.Estimate(FaceDetection.BoxOnly(0, 0, 10, 10, 1)));

    [Fact]
    public void Estimate_AllPointsInOnePlace_IsAbsent()
    {
        var face = FaceDetection.BoxOnly(0, 0, 10, 10, 1) with { RightEye = new(5, 5), LeftEye = new(5, 5), Nose = new(5, 5), Mouth = new(5, 5) };
        Assert.Equal(HeadPose.Absent, HeadPoseEstimator.Estimate(face));
    }

    /// <summary>The reference head turned by rotation matrices (roll * yaw * pitch), scaled and moved.</summary>
    private static FaceDetection Face(double yaw, double pitch, double roll, double scale, bool ears, double noise, int seed = 0)
    {
        double[][] head = [[-31.5, 0, 0], [31.5, 0, 0], [0, 37.5, 37], [0, 64, 21], [-76.5, 19.5, -62], [76.5, 19.5, -62]];
        var (a, b, c) = (yaw * Math.PI / 180, pitch * Math.PI / 180, roll * Math.PI / 180);
        double[,] up = { { 1, 0, 0 }, { 0, Math.Cos(b), -Math.Sin(b) }, { 0, Math.Sin(b), Math.Cos(b) } };
        double[,] left = { { Math.Cos(a), 0, Math.Sin(a) }, { 0, 1, 0 }, { -Math.Sin(a), 0, Math.Cos(a) } };
        double[,] clockwise = { { Math.Cos(c), -Math.Sin(c), 0 }, { Math.Sin(c), Math.Cos(c), 0 }, { 0, 0, 1 } };
        var random = new Random(seed);
        var points = head.Select(point =>
        {
            var p = Times(clockwise, Times(left, Times(up, point)));
            return new FacePoint(
                (float)((scale * p[0]) + 300 + (noise * ((random.NextDouble() * 2) - 1) * 1.7)), (float)((scale * p[1]) + 200 + (noise * ((random.NextDouble() * 2) - 1) * 1.7)));
        }).ToArray();
        return FaceDetection.BoxOnly(200, 100, 200, 200, 1) with
        {
            RightEye = points[0], LeftEye = points[1], Nose = points[2], Mouth = points[3],
            RightEar = ears ? points[4] : FacePoint.Absent, LeftEar = ears ? points[5] : FacePoint.Absent,
        };
    }

    private static double[] Times(double[,] m, double[] v) =>
        [.. Enumerable.Range(0, 3).Select(i => (m[i, 0] * v[0]) + (m[i, 1] * v[1]) + (m[i, 2] * v[2]))];
}

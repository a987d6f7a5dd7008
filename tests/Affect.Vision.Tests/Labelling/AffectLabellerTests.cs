using System.Text.Json.Nodes;
using Affect.Vision.Detection;
using Affect.Vision.Labelling;
using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Affect.Vision.Pixels;
using Affect.Vision.Tests.Detection;
using Affect.Vision.Tests.Onnx;
using Affect.Vision.Tests.Pixels;

namespace Affect.Vision.Tests.Labelling;

public sealed class AffectLabellerTests
{
    private static readonly DetectorManifest Detector = ModelManifest.LoadDetector(TestModels.DefaultDetector);

    [Theory]
    [InlineData(16)]
    [InlineData(5)]
    [InlineData(1)]
    public void Results_ComeInOrder_AndDoNotDependOnTheBatch(int batchFaces)
    {
        using var folder = ModelFolder.Affect(1);
        using var labeller = Open(batchFaces, (AffectManifest)folder.Load());
        AssertBatchInvariant(labeller, faces: 23);
    }

    [Fact]
    public void DefaultModel_ResultsDoNotDependOnTheBatch()
    {
        Assert.SkipUnless(Directory.Exists(TestModels.DefaultAffect), $"{TestModels.DefaultAffect} is not there.");
        using var labeller = Open(16, ModelManifest.LoadAffect(TestModels.DefaultAffect));
        AssertBatchInvariant(labeller, faces: 21);
    }

    [Fact]
    public void Teacher_GivesSevenExpressions_AndLeavesTheRestAbsent()
    {
        Assert.SkipUnless(File.Exists(TestModels.TeacherWeights), $"{TestModels.TeacherWeights} is not there (eng/setup.sh test installs it).");
        using var labeller = Open(4, ModelManifest.LoadAffect(TestModels.Teacher));
        var scores = Label(labeller, 1)[0].Scores;
        Assert.Equal(9, scores.Expressions.Length);
        Assert.True(float.IsNaN(scores.Expressions[7]) && float.IsNaN(scores.Expressions[8]));
        Assert.Equal(1, scores.Expressions[..7].Sum(), 1e-5);
        Assert.True(float.IsNaN(scores.Valence) && float.IsNaN(scores.Arousal));
        Assert.All(scores.ActionUnits, value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Ensemble_IsTheMeanOfItsModels_PerTask()
    {
        using var one = ModelFolder.Affect(1);
        using var other = ModelFolder.Affect(2, valence: false);
        var (first, second) = ((AffectManifest)one.Load(), (AffectManifest)other.Load());
        using var alone = Open(4, first);
        using var twin = Open(4, second);
        using var both = Open(4, first, second);
        var (a, b, mean) = (Label(alone, 3), Label(twin, 3), Label(both, 3));
        for (var i = 0; i < 3; i++)
        {
            for (var e = 0; e < 8; e++)
            {
                Assert.Equal((a[i].Scores.Expressions[e] + b[i].Scores.Expressions[e]) / 2, mean[i].Scores.Expressions[e], 1e-6);
            }

            Assert.Equal(a[i].Scores.Valence, mean[i].Scores.Valence);
            Assert.NotEqual(a[i].Scores.Expressions[0], b[i].Scores.Expressions[0]);
        }
    }

    [Fact]
    public void Open_EnsembleWithOtherLabels_Refuses()
    {
        using var one = ModelFolder.Affect(1);
        using var other = ModelFolder.Affect(2);
        other.Manifest["heads"]![0]!["labels"]![7] = "Other";
        var manifests = new[] { (AffectManifest)one.Load(), (AffectManifest)other.Load() };
        var error = Assert.Throws<ModelException>(() => AffectLabeller.Open(manifests, Detector, DeviceSpec.Cpu, new LabellerOptions()));
        Assert.Contains("Average only models with the same labels", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_EqualTheFormulas()
    {
        using var folder = ModelFolder.Affect(1);
        var manifest = (AffectManifest)folder.Load();
        using var labeller = Open(4, manifest);
        var scores = Label(labeller, 1)[0].Scores;

        // The same face by hand: crop, run, softmax(logit / 1.5), tanh.
        using var session = OrtSession.Open(manifest, DeviceSpec.Cpu);
        using var binding = session.Bind(1, 16, 16, ["expression", "va"]);
        var face = Faces(1)[0];
        var crop = Affect.Vision.Alignment.FaceAlignment.Crop(manifest.Crop, face, 16, 16);
        new CropSampler().Sample(Frame, crop, manifest.Input.Format, binding.Input, 16, 16);
        binding.Run();
        var exponentials = binding.Output(0).ToArray().Select(logit => Math.Exp(logit / 1.5)).ToArray();
        for (var e = 0; e < 8; e++)
        {
            Assert.Equal(exponentials[e] / exponentials.Sum(), scores.Expressions[e], 1e-6);
        }

        Assert.Equal(Math.Tanh(binding.Output(1)[0]), scores.Valence, 1e-6);
        Assert.Equal(Math.Tanh(binding.Output(1)[1]), scores.Arousal, 1e-6);
        Assert.True(float.IsNaN(scores.Expressions[8]));
    }

    [Fact]
    public void BatchPlan_WastesNothing()
    {
        var sizes = BatchPlan.Sizes(16);
        Assert.Equal([16, 4, 1], sizes);
        for (var count = 1; count < 40; count++)
        {
            var left = count;
            while (left > 0)
            {
                left -= BatchPlan.Next(sizes, left);
            }

            Assert.Equal(0, left);
        }
    }

    private static PlanarImage Frame { get; } = TestImages.Random(PlanarFormat.I420, 320, 240, seed: 4);

    private static AffectLabeller Open(int batchFaces, params AffectManifest[] manifests) =>
        AffectLabeller.Open(manifests, Detector, DeviceSpec.Cpu, new LabellerOptions { BatchFaces = batchFaces });

    private static FaceDetection[] Faces(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        var (x, y, side) = (20 + (i * 9 % 200), 15 + (i * 13 % 120), 30 + (i * 7 % 60));
        return FaceDetection.BoxOnly(x, y, side, side, 0.9f) with
        {
            RightEye = new(x + (0.3f * side), y + (0.35f * side)),
            LeftEye = new(x + (0.7f * side), y + (0.37f * side)),
            Nose = new(x + (0.5f * side), y + (0.6f * side)),
            Mouth = new(x + (0.52f * side), y + (0.8f * side)),
        };
    })];

    private static List<LabelledFace> Label(AffectLabeller labeller, int faces)
    {
        var results = new List<LabelledFace>();
        using var lane = labeller.CreateLane();
        foreach (var (face, i) in Faces(faces).Select((face, i) => (face, i)))
        {
            lane.Add(Frame, face, 100 + i, results);
        }

        lane.Flush(results);
        Assert.Equal(0, lane.Pending);
        return results;
    }

    private static void AssertBatchInvariant(AffectLabeller labeller, int faces)
    {
        var together = Label(labeller, faces);
        Assert.Equal(Enumerable.Range(100, faces).Select(token => (long)token), together.Select(result => result.Token));
        using var lane = labeller.CreateLane();
        foreach (var (face, i) in Faces(faces).Select((face, i) => (face, i)))
        {
            var alone = new List<LabelledFace>();
            lane.Add(Frame, face, i, alone);
            lane.Flush(alone);
            var (expected, actual) = (Assert.Single(alone).Scores, together[i].Scores);
            Assert.Equal(expected.Expressions, actual.Expressions);
            Assert.Equal(expected.ActionUnits, actual.ActionUnits);
            Assert.Equal(expected.Valence, actual.Valence);
            Assert.Equal(expected.Arousal, actual.Arousal);
        }
    }
}

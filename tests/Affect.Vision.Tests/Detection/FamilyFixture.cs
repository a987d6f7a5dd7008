using System.Text.Json.Nodes;
using Affect.Vision.Tests.Onnx;

namespace Affect.Vision.Tests.Detection;

/// <summary>
/// A detector of some family whose outputs are known: its graph gives back random constants of the family's shapes, whatever the picture. What it "finds" is then decoded
/// here once more, naively, from the same constants.
/// </summary>
internal sealed class FamilyFixture
{
    public const int Width = 128;
    public const int Height = 128;

    private readonly OnnxBuilder _builder;
    private readonly Random _random;
    private readonly JsonObject _outputs = [];

    public FamilyFixture(string family, int seed)
    {
        Family = family;
        _random = new Random(seed);
        _builder = new OnnxBuilder { InputShape = [1, 3, Height, Width] };
        switch (family)
        {
            case "blazeface":
                Add("boxes", 20, (512, 16), (384, 16));
                Add("scores", 4, (512, 1), (384, 1));
                break;
            case "mediapipe-full-range":
                Add("boxes", 20, (1024, 16));
                Add("scores", 4, (1024, 1));
                break;
            case "yunet":
                Add("boxes", 1, (256, 4), (64, 4), (16, 4));
                Add("scores", 1.3, (256, 1), (64, 1), (16, 1));
                Add("objectness", 1.3, (256, 1), (64, 1), (16, 1));
                Add("points", 2, (256, 10), (64, 10), (16, 10));
                break;
            case "scrfd":
                Add("boxes", 3, (512, 4), (128, 4), (32, 4));
                Add("scores", 1, (512, 1), (128, 1), (32, 1));
                Add("points", 2, (512, 10), (128, 10), (32, 10));
                break;
            default:
                Add("boxes", 1, (700, 4));
                Add("scores", 1, (700, 2));
                break;
        }
    }

    public string Family { get; }

    /// <summary>The constants, by key of "detector.outputs", per stride: values [anchors * columns].</summary>
    public Dictionary<string, List<float[]>> Outputs { get; } = [];

    public ModelFolder Write(double threshold, double overlap)
    {
        var manifest = new JsonObject
        {
            ["formatVersion"] = 1, ["kind"] = "detector", ["name"] = Family, ["version"] = "1", ["licence"] = "none", ["file"] = "model.onnx", ["opset"] = 13,
            ["input"] = new JsonObject
            {
                ["tensor"] = "input", ["dtype"] = "float32", ["layout"] = "NCHW", ["shape"] = new JsonArray(1, 3, Height, Width), ["colour"] = "BGR", ["range"] = new JsonArray(0, 255),
            },
            ["detector"] = new JsonObject
            {
                ["family"] = Family, ["outputs"] = _outputs.DeepClone(), ["scoreThreshold"] = threshold,
                ["nms"] = new JsonObject { ["iouThreshold"] = overlap, ["weighted"] = false },
            },
        };
        return new ModelFolder(_builder.Build(), manifest);
    }

    /// <summary>Random values in +-range around 0; scores are spread over both sides of any threshold.</summary>
    private void Add(string key, double range, params (int Anchors, int Columns)[] shapes)
    {
        var names = new JsonArray();
        Outputs[key] = [];
        foreach (var (anchors, columns) in shapes)
        {
            var name = $"{key}_{names.Count}";
            var values = Enumerable.Range(0, anchors * columns).Select(_ => (float)(((_random.NextDouble() * 2) - 1) * range)).ToArray();
            Outputs[key].Add(values);
            _builder.Weight(name + "_constant", values, 1, anchors, columns).Node("Identity", [name + "_constant"], name).Output(name, 1, anchors, columns);
            names.Add(name);
        }

        _outputs[key] = names;
    }
}

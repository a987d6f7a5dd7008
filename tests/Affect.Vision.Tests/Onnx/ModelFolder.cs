using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Affect.Vision.Models;

namespace Affect.Vision.Tests.Onnx;

/// <summary>A model in a temporary folder: its ONNX file and a model.json that a test may spoil.</summary>
internal sealed class ModelFolder : IDisposable
{
    public const int SidePixels = 16;

    public static readonly string[] Expressions = ["Neutral", "Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise", "Contempt"];

    public ModelFolder(byte[] onnx, JsonObject manifest)
    {
        Path = Directory.CreateTempSubdirectory("affect-model-").FullName;
        Manifest = manifest;
        File.WriteAllBytes(OnnxFile, onnx);
        manifest["sha256"] = Convert.ToHexStringLower(SHA256.HashData(onnx));
    }

    public string Path { get; }

    public JsonObject Manifest { get; }

    public string OnnxFile => System.IO.Path.Combine(Path, "model.onnx");

    /// <summary>conv 3x3 (8 channels), relu, mean over the picture, then a linear head per task. Weights from a seed.</summary>
    public static ModelFolder Affect(int seed, Action<OnnxBuilder>? spoil = null, bool valence = true)
    {
        var random = new Random(seed);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1))];
        var builder = new OnnxBuilder { InputShape = [-1, 3, SidePixels, SidePixels] }
            .Weight("w", Values(8 * 3 * 9), 8, 3, 3, 3)
            .Weight("e", Values(8 * 8), 8, 8)
            .Weight("a", Values(8 * 2), 8, 2)
            .Node("Conv", ["input", "w"], "features", ("kernel_shape", [3, 3]), ("pads", [1, 1, 1, 1]))
            .Node("Relu", ["features"], "active")
            .Node("GlobalAveragePool", ["active"], "pooled")
            .Node("Flatten", ["pooled"], "flat")
            .Node("MatMul", ["flat", "e"], "expression")
            .Output("expression", -1, 8);
        if (valence)
        {
            builder.Node("MatMul", ["flat", "a"], "va").Output("va", -1, 2);
        }

        spoil?.Invoke(builder);
        return new ModelFolder(builder.Build(), AffectManifest(builder.Opset, valence));
    }

    public static JsonObject AffectManifest(int opset, bool valence)
    {
        var heads = new JsonArray(new JsonObject
        {
            ["task"] = "expression", ["tensor"] = "expression", ["activation"] = "softmax", ["temperature"] = 1.5,
            ["labels"] = new JsonArray([.. Expressions.Select(label => (JsonNode)label)]),
        });
        if (valence)
        {
            heads.Add(new JsonObject { ["task"] = "valence_arousal", ["tensor"] = "va", ["activation"] = "tanh", ["labels"] = new JsonArray("valence", "arousal") });
        }

        return new JsonObject
        {
            ["formatVersion"] = 1, ["kind"] = "affect", ["name"] = "test", ["version"] = "1.0.0", ["licence"] = "none", ["file"] = "model.onnx", ["opset"] = opset,
            ["input"] = new JsonObject
            {
                ["tensor"] = "input", ["dtype"] = "float32", ["layout"] = "NCHW", ["shape"] = new JsonArray(-1, 3, SidePixels, SidePixels), ["colour"] = "RGB",
                ["range"] = new JsonArray(0, 1), ["mean"] = new JsonArray(0.5, 0.5, 0.5), ["std"] = new JsonArray(0.5, 0.5, 0.5),
                ["crop"] = new JsonObject
                {
                    ["kind"] = "similarity", ["points"] = new JsonArray("right_eye", "left_eye", "nose", "mouth"),
                    ["template"] = new JsonArray(new JsonArray(5.2, 6.3), new JsonArray(10.8, 6.3), new JsonArray(8, 9.5), new JsonArray(8, 12.2)),
                },
            },
            ["heads"] = heads,
        };
    }

    /// <summary>Writes the model.json as it is now and loads it.</summary>
    public ModelManifest Load()
    {
        File.WriteAllText(System.IO.Path.Combine(Path, ModelManifest.FileName), Manifest.ToJsonString());
        return ModelManifest.Load(Path);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

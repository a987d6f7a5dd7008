using System.Text.Json.Nodes;
using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Affect.Vision.Tests.Detection;
using Microsoft.ML.OnnxRuntime;

namespace Affect.Vision.Tests.Onnx;

public sealed class OrtSessionTests
{
    [Fact]
    public void Open_GoodModel_Runs()
    {
        using var folder = ModelFolder.Affect(1);
        using var session = OrtSession.Open(folder.Load(), DeviceSpec.Cpu);
        using var binding = session.Bind(2, 16, 16, ["expression", "va"]);
        new Random(5).NextSingles(binding.Input);
        binding.Run();
        Assert.Equal(16, binding.Output(0).Length);
        Assert.Equal(4, binding.Output(1).Length);
        Assert.Contains(binding.Output(0).ToArray(), value => value != 0);
    }

    [Fact]
    public void Bind_GraphOfFreeSize_ToldTheSize_GivesTheSame()
    {
        var manifest = ModelManifest.LoadDetector(TestModels.DefaultDetector);
        using var session = OrtSession.Open(manifest, DeviceSpec.Cpu);
        using var free = new InferenceSession(manifest.OnnxFile);
        foreach (var (batch, width, height) in new[] { (1, 384, 224), (1, 128, 96), (2, 96, 96) })
        {
            string[] outputs = [.. manifest.Layout.Boxes, .. manifest.Layout.Scores];
            using var binding = session.Bind(batch, width, height, outputs);
            new Random(6).NextSingles(binding.Input);
            binding.Run();
            using var input = OrtValue.CreateTensorValueFromMemory(binding.Input.ToArray(), manifest.Input.Shape(batch, width, height));
            using var run = new RunOptions();
            using var values = free.Run(run, new Dictionary<string, OrtValue> { [manifest.Input.Tensor] = input }, outputs);
            for (var i = 0; i < outputs.Length; i++)
            {
                // Other fusions round otherwise: float32 over sixty layers.
                var expected = values[i].GetTensorDataAsSpan<float>().ToArray();
                var scale = Math.Max(1, expected.Max(Math.Abs));
                Assert.Equal(expected.Length, binding.Output(i).Length);
                Assert.InRange(expected.Zip(binding.Output(i).ToArray(), (a, b) => Math.Abs(a - b)).Max() / scale, 0, 1e-4);
            }
        }
    }

    [Fact]
    public void Run_SteadyState_AllocatesNothing()
    {
        using var folder = ModelFolder.Affect(1);
        using var session = OrtSession.Open(folder.Load(), DeviceSpec.Cpu);
        using var binding = session.Bind(4, 16, 16, ["expression"]);
        binding.Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        binding.Run();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Open_WrongShape_NamesBothShapes()
    {
        using var folder = ModelFolder.Affect(1, builder => builder.InputShape = [-1, 3, 24, 24]);
        var error = Open(folder);
        Assert.Contains("'input.shape' is [-1, 3, 16, 16]", error.Cause, StringComparison.Ordinal);
        Assert.Contains("[-1, 3, 24, 24]", error.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingInputTensor_NamesTheOnesThere()
    {
        using var folder = ModelFolder.Affect(1);
        folder.Manifest["input"]!["tensor"] = "picture";
        Assert.Contains("\"picture\", but the inputs of model.onnx are \"input\"", Open(folder).Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingHeadTensor_NamesTheOnesThere()
    {
        using var folder = ModelFolder.Affect(1);
        folder.Manifest["heads"]![1]!["tensor"] = "arousal";
        Assert.Contains("\"arousal\", but the outputs of model.onnx are \"expression\", \"va\"", Open(folder).Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_HeadOfWrongLength_NamesLabelsAndShape()
    {
        using var folder = ModelFolder.Affect(1);
        folder.Manifest["heads"]![0]!["labels"]!.AsArray().RemoveAt(7);
        Assert.Contains("7 labels, but the tensor \"expression\" has shape [-1, 8]", Open(folder).Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NanOutput_Says()
    {
        // The logarithm of a negative number is NaN; the pooled features are never negative, so minus one of them is.
        using var folder = ModelFolder.Affect(1, builder => builder.Node("Sub", ["flat", "flat2"], "negative").Weight("flat2", [.. Enumerable.Repeat(1e6f, 8)], 8)
            .Node("Log", ["negative"], "bad").Output("bad", -1, 8));
        folder.Manifest["heads"]![0]!["tensor"] = "bad";
        Assert.Contains("\"bad\" is NaN or infinite", Open(folder).Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OpsetTooNew_NamesRuntimeAndOpset()
    {
        using var folder = ModelFolder.Affect(1, builder => builder.Opset = 900);
        var error = Open(folder);
        Assert.Contains(OrtRuntime.Version, error.Cause, StringComparison.Ordinal);
        Assert.Contains("operator set 900", error.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0, true)]
    [InlineData(0.01, false)]
    public void Open_Golden_ComparesWithTolerance(double difference, bool passes)
    {
        using var folder = ModelFolder.Affect(1);
        float[] actual;
        using (var session = OrtSession.Open(folder.Load(), DeviceSpec.Cpu))
        using (var binding = session.Bind(1, 16, 16, ["va"]))
        {
            var rgb = ModelGolden.Pattern(16, 16);
            for (var i = 0; i < 256; i++)
            {
                for (var c = 0; c < 3; c++)
                {
                    binding.Input[(c * 256) + i] = ((rgb[(3 * i) + c] / 255f) - 0.5f) / 0.5f;
                }
            }

            binding.Run();
            actual = binding.Output(0).ToArray();
        }

        folder.Manifest["golden"] = new JsonObject
        {
            ["image"] = new JsonObject { ["width"] = 16, ["height"] = 16, ["pattern"] = "affine-mod-256" },
            ["outputs"] = new JsonObject { ["va"] = new JsonArray(actual[0], actual[1] + difference) },
            ["tolerance"] = 0.001,
        };
        if (passes)
        {
            using var session = OrtSession.Open(folder.Load(), DeviceSpec.Cpu);
        }
        else
        {
            Assert.Contains("self-test fails on cpu: \"va\"[1]", Open(folder).Cause, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("cpu", DeviceKind.Cpu, 0)]
    [InlineData("CUDA", DeviceKind.Cuda, 0)]
    [InlineData("cuda:3", DeviceKind.Cuda, 3)]
    [InlineData("tensorrt:1", DeviceKind.TensorRt, 1)]
    public void DeviceSpec_Parses(string text, DeviceKind kind, int index) => Assert.Equal(new DeviceSpec(kind, index), DeviceSpec.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cpu:0")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:x")]
    public void DeviceSpec_RefusesOthers(string text) => Assert.Throws<FormatException>(() => DeviceSpec.Parse(text));

    [Theory]
    [InlineData(DeviceKind.Cuda)]
    [InlineData(DeviceKind.TensorRt)]
    public void Open_DeviceThatIsNotThere_FailsInsteadOfFallingBack(DeviceKind kind)
    {
        var device = new DeviceSpec(kind, 999);
        using var folder = ModelFolder.Affect(1);
        var manifest = folder.Load();
        var error = Assert.Throws<DeviceException>(() => OrtSession.Open(manifest, device));
        Assert.Equal(device, error.Device);
        Assert.NotNull(OrtRuntime.Probe(device));
        Assert.Null(OrtRuntime.Probe(DeviceSpec.Cpu));
    }

    private static ModelException Open(ModelFolder folder)
    {
        var manifest = folder.Load();
        return Assert.Throws<ModelException>(() => OrtSession.Open(manifest, DeviceSpec.Cpu).Dispose());
    }
}

internal static class RandomSingles
{
    public static void NextSingles(this Random random, Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = (random.NextSingle() * 2) - 1;
        }
    }
}

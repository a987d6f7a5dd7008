using System.Text.Json.Nodes;
using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Affect.Vision.Tests.Onnx;

namespace Affect.Vision.Tests.Models;

/// <summary>Everything that can be wrong with a model is found at load, in words that name the file, the cause and the way out.</summary>
public sealed class ModelManifestTests
{
    [Fact]
    public void Load_GoodModel_HasEverything()
    {
        using var folder = ModelFolder.Affect(1);
        folder.Manifest["notice"] = "Read the card.";
        var manifest = Assert.IsType<AffectManifest>(folder.Load());
        Assert.Equal("test", manifest.Name);
        Assert.Equal("Read the card.", manifest.Notice);
        Assert.Equal(13, manifest.Opset);
        Assert.Equal((16, 16, -1), (manifest.Input.WidthPixels, manifest.Input.HeightPixels, manifest.Input.Batch));
        Assert.Equal([AffectTask.Expression, AffectTask.ValenceArousal], manifest.Heads.Select(head => head.Task));
        Assert.Equal(1.5f, manifest.Heads[0].Temperature);
        var crop = Assert.IsType<FaceCrop.Similarity>(manifest.Crop);
        Assert.Equal(4, crop.Template.Count);
        Assert.Equal(64, manifest.Identity.Length);
    }

    [Fact]
    public void Identity_ChangesWithUse_NotWithDescription()
    {
        using var folder = ModelFolder.Affect(1);
        var first = folder.Load().Identity;
        folder.Manifest["description"] = "other words";
        Assert.Equal(first, folder.Load().Identity);
        folder.Manifest["heads"]![0]!["temperature"] = 2.0;
        Assert.NotEqual(first, folder.Load().Identity);
    }

    [Theory]
    [InlineData("formatVersion", "2", "formatVersion is 2")]
    [InlineData("kind", "\"tracker\"", "'kind' is \"tracker\"; it must be one of: affect, detector")]
    [InlineData("name", "\"\"", "'name' must be a string")]
    [InlineData("licence", "null", "'licence' is missing")]
    [InlineData("opset", "12", "uses operator set 13")]
    [InlineData("sha256", "\"12\"", "64 hexadecimal digits")]
    [InlineData("sha256", "\"0000000000000000000000000000000000000000000000000000000000000000\"", "Its SHA-256 is")]
    [InlineData("file", "\"other.onnx\"", "weights cannot be read")]
    [InlineData("input.dtype", "\"float16\"", "must be one of: float32")]
    [InlineData("input.layout", "\"CHWN\"", "must be one of: NCHW, NHWC")]
    [InlineData("input.shape", "[1, 16, 16, 3]", "3 channels at position 1")]
    [InlineData("input.shape", "[-1, 3, -1, -1]", "height and width from 8")]
    [InlineData("input.range", "[1, 0]", "low below high")]
    [InlineData("input.std", "[1, 0, 1]", "must be positive")]
    [InlineData("input.mean", "[0, 0]", "must hold 3 numbers")]
    [InlineData("input.crop.kind", "\"triangle\"", "must be one of: similarity, box")]
    [InlineData("input.crop.points", "[\"chin\"]", "names \"chin\"")]
    [InlineData("input.crop.template", "[[1, 2]]", "one [x, y] for each")]
    [InlineData("heads", "[]", "'heads' is empty")]
    [InlineData("heads.0.labels", "[\"Joy\"]", "names \"Joy\"")]
    [InlineData("heads.0.activation", "\"sigmoid\"", "must be one of: softmax")]
    [InlineData("heads.0.temperature", "0", "must be a number from 0.01")]
    [InlineData("heads.1.task", "\"expression\"", "names \"valence\"")]
    [InlineData("golden", "{\"image\":{\"width\":9,\"height\":9,\"pattern\":\"affine-mod-256\"},\"outputs\":{}}", "are 9x9")]
    [InlineData("golden", "{\"image\":{\"width\":16,\"height\":16,\"rgb\":\"AAAA\"},\"outputs\":{}}", "base64")]
    public void Load_SpoiltKey_NamesFileCauseAndRemedy(string key, string value, string cause)
    {
        using var folder = ModelFolder.Affect(1);
        Set(folder.Manifest, key, JsonNode.Parse(value));
        var error = Assert.Throws<ModelException>(folder.Load);
        Assert.StartsWith(folder.Path, error.File, StringComparison.Ordinal);
        Assert.Contains(cause, error.Cause, StringComparison.Ordinal);
        Assert.NotEmpty(error.Remedy);
        Assert.Contains(error.File, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MalformedJson_NamesThePlace()
    {
        using var folder = ModelFolder.Affect(1);
        File.WriteAllText(Path.Combine(folder.Path, ModelManifest.FileName), "{\n  \"formatVersion\": 1,\n  oops\n}");
        Assert.Contains("not valid JSON at line 3", Assert.Throws<ModelException>(() => ModelManifest.Load(folder.Path)).Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoFolder_Says() =>
        Assert.Contains("cannot be read", Assert.Throws<ModelException>(() => ModelManifest.Load("/nowhere/at/all")).Cause, StringComparison.Ordinal);

    [Fact]
    public void LoadDetector_OfAffectModel_Says()
    {
        using var folder = ModelFolder.Affect(1);
        folder.Load();
        Assert.Contains("a detector is needed", Assert.Throws<ModelException>(() => ModelManifest.LoadDetector(folder.Path)).Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NotOnnx_Says()
    {
        using var folder = new ModelFolder("This is a text file, not a model."u8.ToArray(), ModelFolder.AffectManifest(13, true));
        Assert.Contains("not an ONNX model", Assert.Throws<ModelException>(folder.Load).Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Pattern_IsTheFormula()
    {
        var pattern = ModelGolden.Pattern(300, 7);
        Assert.Equal(((299 * 5) + (6 * 6)) % 256, (int)pattern[(((6 * 300) + 299) * 3) + 1]);
    }

    private static void Set(JsonNode node, string key, JsonNode? value)
    {
        var parts = key.Split('.');
        foreach (var part in parts[..^1])
        {
            node = node is JsonArray list ? list[int.Parse(part)]! : node[part]!;
        }

        node[parts[^1]] = value;
    }
}

using System.Text.Json;

namespace Affect.Coordinator.Tests.Cli;

/// <summary>Users' mistakes: the exit code of the page, one or two lines, no stack trace.</summary>
[Collection(ConsoleTests.Name)]
public sealed class UsageTests
{
    [Theory]
    [InlineData(64, "--every", "run", "x", "--every", "0")]
    [InlineData(64, "exclude", "run", "x", "--every", "2", "--fps", "3")]
    [InlineData(64, "--end", "plan", "x", "--start", "5", "--end", "5")]
    [InlineData(64, "--smoothing", "run", "x", "--smoothing", "0")]
    [InlineData(64, "--device", "plan", "{samples}", "--device", "gpu")]
    [InlineData(64, "--decoder", "run", "{samples}", "--decoder", "3")]
    [InlineData(64, "--save-manifest", "plan", "x", "--save-manifest", "m.txt")]
    [InlineData(64, "--sample", "verify", "x", "--sample", "-1")]
    [InlineData(64, "--out", "runs", "--out", "s3://bucket/x")]
    [InlineData(64, "frobnicate", "frobnicate")]
    [InlineData(66, "no such folder", "plan", "/no/such/folder")]
    [InlineData(66, "no such model", "plan", "{samples}", "--model", "nobody")]
    [InlineData(66, "no such model", "models", "show", "nobody")]
    [InlineData(66, "no such model", "models", "check", "nobody")]
    [InlineData(66, "no run", "report", "abc", "--out", "/tmp/affect-there-is-nothing-here")]
    [InlineData(69, "cuda", "models", "check", "affect-small", "--device", "cuda:77")]
    public async Task AMistake_HasItsExitCodeAndItsWords(int code, string words, params string[] arguments)
    {
        using var scratch = new Scratch();
        await File.WriteAllTextAsync(scratch.At("note.mp4"), "not a video");
        var result = await CommandLine.RunAsync([.. arguments.Select(a => a == "{samples}" ? scratch.Folder : a)]);
        Assert.Equal((code, string.Empty), (result.ExitCode, result.Output));
        Assert.Contains(words, result.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_AreListedWithTheirContracts()
    {
        var result = await CommandLine.RunAsync("models", "list", "--output", "json");
        Assert.Equal(0, result.ExitCode);
        var models = JsonDocument.Parse(result.Output).RootElement.EnumerateArray().ToDictionary(m => m.GetProperty("name").GetString()!);
        var affect = models["affect-small"];
        Assert.Equal(("affect", 64, 3), (affect.GetProperty("kind").GetString(), affect.GetProperty("sha256").GetString()!.Length, affect.GetProperty("outputs").GetArrayLength()));
        Assert.Contains(models.Values, m => m.GetProperty("kind").GetString() == "detector");
    }

    [Fact]
    public async Task ModelsCheck_PassesShippedModels_AndFindsATamperedOne()
    {
        var shipped = Path.Combine(Coordinator.Local.Installation.Home, "models", "affect-small");
        var result = await CommandLine.RunAsync("models", "check", "affect-small", "detector-mediapipe-full-range", "--output", "json");
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        Assert.All(JsonDocument.Parse(result.Output).RootElement.EnumerateArray(), m => Assert.True(m.GetProperty("maxDifference").GetSingle() <= m.GetProperty("tolerance").GetSingle()));

        using var scratch = new Scratch();
        File.Copy(Path.Combine(shipped, "model.json"), scratch.At("model.json"));
        var weights = await File.ReadAllBytesAsync(Path.Combine(shipped, "model.onnx"));
        weights[^100] ^= 1;
        await File.WriteAllBytesAsync(scratch.At("model.onnx"), weights);
        result = await CommandLine.RunAsync("models", "check", scratch.Folder, "affect-small");
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("FAILED", result.Output, StringComparison.Ordinal);
        Assert.Contains("affect-small: passed", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_TriesTheWorkspace_AndLeavesNothingInIt()
    {
        using var scratch = new Scratch();
        var result = await CommandLine.RunAsync("doctor", "--out", scratch.Folder, "--output", "json");
        var report = JsonDocument.Parse(result.Output).RootElement;
        Assert.True(report.GetProperty("ready").GetBoolean() == (result.ExitCode == 0), result.Output);
        var workspace = report.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("name").GetString() == "workspace");
        Assert.Equal("ok", workspace.GetProperty("status").GetString());
        Assert.Empty(Directory.EnumerateFiles(scratch.Folder, "*", SearchOption.AllDirectories));
        Assert.Equal(69, (await CommandLine.RunAsync("doctor", "--out", "/proc/no-folder")).ExitCode);
    }
}

using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.CommandLine;

/// <summary>What cannot be done is refused at once, with words and the documented exit code, and leaves nothing behind.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData(64, "--every", "--every", "0")]
    [InlineData(64, "--every", "--every", "x")]
    [InlineData(64, "--fps", "--fps", "abc")]
    [InlineData(64, "--start", "--start", "1:30")]
    [InlineData(64, "exclude", "--every", "2", "--fps", "3")]
    [InlineData(64, "--end", "--start", "5", "--end", "2")]
    [InlineData(64, "--workers", "--workers", "0")]
    [InlineData(64, "--chunk-frames", "--chunk-frames", "-1")]
    [InlineData(64, "--device", "--device", "gpu")]
    [InlineData(64, "--decoder", "--decoder", "nvdec")]
    [InlineData(64, "--no-such-option", "--no-such-option")]
    [InlineData(64, "--out", "--out", "s3://bucket/x")]
    [InlineData(66, "no-such-model", "--model", "no-such-model")]
    [InlineData(66, "no-such-detector", "--detector", "no-such-detector")]
    public async Task Run_WithABadOption_NamesIt(int exitCode, string word, params string[] options)
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 2));
        var result = await box.CallAsync(["run", box.Corpus, .. options.Contains("--out") ? [] : (string[])["--out", box.PathOf("out")], .. options]);
        AssertRefused(result, exitCode, word);
        Assert.False(Directory.Exists(box.PathOf("out")), "results were begun");
    }

    [Theory]
    [InlineData("--device", "cuda:0")]
    [InlineData("--device", "tensorrt:0")]
    [InlineData("--decoder", "cuda")]
    public async Task Run_OnAGpuThatIsNotThere_StopsBeforeAnyWork(string option, string value)
    {
        Assert.SkipWhen(File.Exists("/dev/nvidia0"), "this machine has a GPU");
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 2));
        var result = await box.CallAsync("run", box.Corpus, "--out", box.PathOf("out"), option, value);
        AssertRefused(result, 69, value.Split(':')[0]);
        Assert.False(Directory.Exists(box.PathOf("out")), "results were begun");
    }

    [Fact]
    public async Task TryChunk_WithoutAnOrder_SaysWhoseItIs()
    {
        using var box = new Sandbox();
        AssertRefused(await box.CallAsync("try-chunk"), 64, "standard input");
    }

    [Fact]
    public async Task Run_OfACorpusThatIsNotThere_SaysSo()
    {
        using var box = new Sandbox();
        AssertRefused(await box.CallAsync("run", box.PathOf("nowhere"), "--out", box.PathOf("out")), 66, "nowhere");
        AssertRefused(await box.CallAsync("run", box.Corpus, "--out", box.PathOf("out")), 66, "no video");
        File.WriteAllText(box.PathOf("list.jsonl"), "not json\n{\"path\":\n");
        AssertRefused(await box.CallAsync("run", box.PathOf("list.jsonl"), "--out", box.PathOf("out")), 66, "list.jsonl");

        // In the cloud, without credentials.
        AssertRefused(await box.CallAsync("run", "az://videos/x", "--out", box.PathOf("out")), 66, "AZURE_STORAGE_CONNECTION_STRING");
        File.WriteAllText(box.PathOf("cloud.csv"), "path\naz://videos/a.mp4\n");
        AssertRefused(await box.CallAsync("run", box.PathOf("cloud.csv"), "--out", box.PathOf("out")), 66, "AZURE_STORAGE_CONNECTION_STRING");
    }

    [Fact]
    public async Task Run_WithoutFfmpeg_SaysHowToGetIt()
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 2));
        box.Environment["AFFECT_FFMPEG"] = "/nonexistent";
        AssertRefused(await box.CallAsync("run", box.Corpus, "--out", box.PathOf("out")), 69, "AFFECT_FFMPEG");
    }

    [Fact]
    public async Task Run_IntoAFolderThatCannotBeMade_SaysSo()
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 2));
        // A file where the folder should be: refused to every user, root among them.
        File.WriteAllText(box.PathOf("taken"), "");
        AssertRefused(await box.CallAsync("run", box.Corpus, "--out", box.PathOf("taken")), 74, "taken");
        AssertRefused(await box.CallAsync("run", box.Corpus, "--out", "/proc/affect-out"), 74, "/proc");
    }

    /// <summary>Every write beyond the limit fails as on a full disk: the table written on trial, the tables of chunks, the report.</summary>
    [Theory]
    [InlineData(4, "trial")]
    [InlineData(8, "chunk")]
    [InlineData(80, "report")]
    public async Task Run_OnAFullDisk_SaysSo_AndGoesOnWhenThereIsRoom(int limitBlocks, string what)
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 4));
        var limited = box.Environment;
        // The runtime keeps its code in a file of its own otherwise, which the limit would hit.
        limited["DOTNET_EnableWriteXorExecute"] = "0";
        var script = box.PathOf("limited.sh");
        File.WriteAllText(script, $"ulimit -f {limitBlocks}; trap '' XFSZ; exec dotnet '{Installed.Program}' run '{box.Corpus}' --out '{box.PathOf("out")}' --chunk-frames 50\n");
        var result = await ShellCall.RunAsync(limited, script);
        Assert.True(result.ExitCode is 74 or 3, $"{result}");
        Assert.DoesNotContain("defect", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        RunFolder.AssertNoHalfFiles(box.PathOf("out"));
        var done = Directory.GetFiles(box.PathOf("out"), "*", SearchOption.AllDirectories).Count(f => f.Contains("/done/", StringComparison.Ordinal));
        Assert.Equal(what == "report" ? 2 : 0, done);
        Assert.Equal(what == "trial", result.Error.Contains("trial-", StringComparison.Ordinal));
        var end = await box.RunAsync(box.Corpus, "out", 0, "--chunk-frames", "50", "--retry-failed");
        Assert.Equal(0, end.Number("framesFailed"));
    }

    private static void AssertRefused(CliResult result, int exitCode, string word)
    {
        Assert.True(result.ExitCode == exitCode, $"not {exitCode}: {result}");
        Assert.Contains(word, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }
}

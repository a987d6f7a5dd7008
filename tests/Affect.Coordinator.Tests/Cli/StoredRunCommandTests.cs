using System.Text.Json;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Coordinator.Tests.Cli;

/// <summary>Commands that read stored runs, over runs made without ffmpeg and models.</summary>
[Collection(ConsoleTests.Name)]
public sealed class StoredRunCommandTests
{
    private static readonly MadeVideo[] Videos = [new("a.mp4", 75, StoredRun.SomeFace), new("b.mp4", 45, StoredRun.SomeFace)];

    [Fact]
    public async Task Report_OfAnUnfinishedRun_SaysSo_AndOfAFinishedOneDoesNot()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        await run.LabelAsync(chunks: 2);
        var result = await JsonAsync("report", Id(run), "--out", run.Folder);
        Assert.False(result.GetProperty("finished").GetBoolean());
        Assert.Equal(run.Run.Plan.Count - 2, result.GetProperty("chunksLeft").GetInt32());
        Assert.False(Report(run).GetProperty("run").GetProperty("finished").GetBoolean());
        Assert.Contains("not finished", (await CommandLine.RunAsync("report", Id(run), "--out", run.Folder)).Output, StringComparison.Ordinal);

        await run.LabelAsync();
        Assert.True((await JsonAsync("report", Id(run), "--out", run.Folder)).GetProperty("finished").GetBoolean());
        Assert.True(File.Exists(run.Objects.PathOf(run.Store.Layout.ReportHtml)));
        Assert.Equal(120, Report(run).GetProperty("accounting").GetProperty("framesIn").GetInt64());
    }

    [Fact]
    public async Task Throughput_OfOneCallIsThatOfItsMarkers_AndOfSeveralCallsIsAbsent()
    {
        using var once = await StoredRun.CreateAsync(Videos);
        await once.LabelAsync();
        await CommandLine.RunAsync("report", Id(once), "--out", once.Folder);
        var throughput = Report(once).GetProperty("throughput");
        var wall = throughput.GetProperty("wallSeconds").GetDouble();
        Assert.True(wall > 0);
        Assert.Equal(120 / wall, throughput.GetProperty("framesPerSecond").GetProperty("value").GetDouble(), 120 / wall * 1e-6);

        using var twice = await StoredRun.CreateAsync(Videos);
        await twice.LabelAsync(chunks: 2);
        await twice.LabelAsync();
        await CommandLine.RunAsync("report", Id(twice), "--out", twice.Folder);
        throughput = Report(twice).GetProperty("throughput");
        Assert.Equal(JsonValueKind.Null, throughput.GetProperty("wallSeconds").ValueKind);
        Assert.Equal("labelled in several calls", throughput.GetProperty("framesPerSecond").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Runs_AreFoundByBeginningAndByPath()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        await run.LabelAsync(chunks: 1);
        var line = Assert.Single((await JsonAsync("runs", "--out", run.Folder)).EnumerateArray());
        Assert.Equal((Id(run), 1, false), (line.GetProperty("id").GetString(), line.GetProperty("chunksDone").GetInt32(), line.GetProperty("labelsWritten").GetBoolean()));
        Assert.Equal(0, (await CommandLine.RunAsync("report", Id(run)[..5], "--out", run.Folder)).ExitCode);
        Assert.Equal(0, (await CommandLine.RunAsync("report", Path.Combine(run.Folder, "runs", Id(run)))).ExitCode);
        Assert.Equal(0, (await CommandLine.RunAsync("report", Path.Combine(run.Folder, "runs", Id(run)) + "/")).ExitCode);
        Assert.Equal(66, (await CommandLine.RunAsync("report", "zzzz", "--out", run.Folder)).ExitCode);
        Assert.Equal(66, (await CommandLine.RunAsync("report", "../../etc", "--out", run.Folder)).ExitCode);
    }

    [Fact]
    public async Task ABeginningOfTwoRuns_NamesThem()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        var copy = new string(Id(run)[0], 1) + "0";
        Directory.CreateDirectory(Path.Combine(run.Folder, "runs", copy));
        File.Copy(run.Objects.PathOf(run.Store.Layout.Run), Path.Combine(run.Folder, "runs", copy, "run.json"));
        var result = await CommandLine.RunAsync("report", Id(run)[..1], "--out", run.Folder);
        Assert.Equal(66, result.ExitCode);
        Assert.Contains(Id(run), result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_RefusesARunWhoseModelsAreNotHere()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        var result = await CommandLine.RunAsync("verify", Id(run), "--out", run.Folder);
        Assert.Equal(66, result.ExitCode);
        Assert.Contains("made-detector", result.Errors, StringComparison.Ordinal);
        result = await CommandLine.RunAsync("verify", Id(run), "--out", run.Folder, "--detector", "detector-mediapipe-full-range", "--model", "affect-small");
        Assert.Equal(66, result.ExitCode);
        Assert.Contains("other weights", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADamagedRun_IsAnErrorOfStorage_NotADefect()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        await File.WriteAllTextAsync(run.Objects.PathOf(run.Store.Layout.Plan), "nonsense\n");
        var result = await CommandLine.RunAsync("report", Id(run), "--out", run.Folder);
        Assert.Equal(74, result.ExitCode);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    private static string Id(StoredRun run) => run.Run.Record.Id.ToString();

    private static JsonElement Report(StoredRun run) => JsonDocument.Parse(File.ReadAllBytes(run.Objects.PathOf(run.Store.Layout.ReportJson))).RootElement;

    private static async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var result = await CommandLine.RunAsync([.. arguments, "--output", "json"]);
        Assert.True(result.ExitCode == 0, result.Errors);
        return JsonDocument.Parse(result.Output).RootElement;
    }
}

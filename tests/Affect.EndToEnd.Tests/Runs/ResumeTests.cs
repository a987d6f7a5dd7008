using System.Text.Json.Nodes;
using Affect.Core.Labels;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Runs;

/// <summary>The same command again, another model, two calls at once, videos that change in between.</summary>
public sealed class ResumeTests
{
    private static readonly string[] Options = ["--chunk-frames", "25"];

    [Fact]
    public async Task Run_Again_DoesNothing()
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 4));
        var first = await box.RunAsync(box.Corpus, "out", 0, Options);
        var files = Written(first.Location);
        var cost = first.Report().GetProperty("throughput").ToString();
        Assert.Contains("wallSeconds", cost, StringComparison.Ordinal);
        var second = await box.RunAsync(box.Corpus, "out", 0, Options);
        Assert.Equal(0, first.Number("chunksDoneBefore"));
        Assert.Equal(second.Number("chunks"), second.Number("chunksDoneBefore"));
        Assert.Equal(first.Number("tracks"), second.Number("tracks"));
        // Nothing but the report was written.
        Assert.Equal(files, Written(first.Location));
        // What the first call cost is still what the report says.
        Assert.Equal(cost, second.Report().GetProperty("throughput").ToString());

        // Another chunk size is no other run: the plan stands.
        var third = await box.RunAsync(box.Corpus, "out", 0, "--chunk-frames", "50", "--workers", "1");
        Assert.Equal((first.Id, first.Number("chunks")), (third.Id, third.Number("chunksDoneBefore")));
    }

    [Fact]
    public async Task Run_WithAnotherAffectModel_UsesTheDetectionsAgain()
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 4));
        box.Add(Clips.Get("transport.ts"));
        var model = OtherModel(box);
        var first = await box.RunAsync(box.Corpus, "out", 0, Options);
        var second = await box.RunAsync(box.Corpus, "out", 0, ["--model", model, .. Options]);
        var fresh = await box.RunAsync(box.Corpus, "fresh", 0, ["--model", model, .. Options]);
        Assert.Null(first.ReusedRun);
        Assert.Null(fresh.ReusedRun);
        Assert.Equal(first.Id, second.ReusedRun);
        Assert.NotEqual(first.Id, second.Id);
        LabelTable.AssertSame(fresh.Labels(), second.Labels());
        foreach (var video in first.Labels().Videos)
        {
            LabelTable.AssertSame([.. first.Labels().Of(video).Select(Detection)], [.. second.Labels().Of(video).Select(Detection)]);
            Assert.NotEqual(first.Labels().Of(video).Select(r => r.Expressions.FirstOrDefault()), second.Labels().Of(video).Select(r => r.Expressions.FirstOrDefault()));
        }
    }

    /// <summary>Videos that were labelled before, under another name, are not decoded again; nor is anything where only the smoothing differs.</summary>
    [Fact]
    public async Task Run_OfACorpusThatGrew_LabelsWhatIsNew()
    {
        using var box = new Sandbox();
        var first = box.Add(Clips.Cut(4, 4), "m.mp4");
        box.Add(Clips.Get("transport.ts"), "n.ts");
        var before = await box.RunAsync(box.Corpus, "out", 0, Options);
        File.Move(first, Path.Combine(box.Corpus, "z.mp4"));
        Directory.CreateDirectory(Path.Combine(box.PathOf("out"), "runs", "old copy"));
        File.Copy(Path.Combine(before.Location, "run.json"), Path.Combine(box.PathOf("out"), "runs", "old copy", "run.json"));
        box.Add(Clips.Cut(10, 4), "a.mp4");
        // Cut elsewhere, too.
        var grown = await box.RunAsync(box.Corpus, "out", 0, "--chunk-frames", "40");
        var fresh = await box.RunAsync(box.Corpus, "fresh", 0, "--chunk-frames", "40");
        LabelTable.AssertSame(fresh.Labels(), grown.Labels());
        var added = grown.Done().Count(d => d.Chunk.Video == 0);
        Assert.Equal((0, null), (before.Number("chunksReused"), before.ReusedRun));
        Assert.Equal((grown.Number("chunks") - added, before.Id), (grown.Number("chunksReused"), grown.ReusedRun));
        Assert.All(grown.Done(), d => Assert.Equal(d.Chunk.Video == 0, d.StageSeconds["decode_wait"] > 0));

        var smooth = await box.RunAsync(box.Corpus, "out", 0, ["--smoothing", "0.5", .. Options]);
        Assert.Equal(smooth.Number("chunks"), smooth.Number("chunksReused"));
        LabelTable.AssertSame((await box.RunAsync(box.Corpus, "fresh2", 0, ["--smoothing", "0.5", .. Options])).Labels(), smooth.Labels());
    }

    [Fact]
    public async Task Run_TwiceAtOnce_EndsTwiceWithTheSameRows()
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 6));
        var alone = await box.RunAsync(box.Corpus, "alone", 0, Options);
        // Whichever plan is written first is the plan of both.
        var calls = await Task.WhenAll(box.RunAsync(box.Corpus, "out", 0, Options), box.RunAsync(box.Corpus, "out", 0, "--chunk-frames", "50"));
        Assert.Equal(calls[0].Number("chunks"), calls[1].Number("chunks"));
        Assert.All(calls, call => LabelTable.AssertSame(alone.Labels(), call.Labels(), Except.Chunk));
        Assert.All(calls, call => Assert.Equal(0, call.Number("chunksGivenUp")));
        calls[0].AssertOnlyWinners();
    }

    [Fact]
    public async Task Run_WhoseVideoIsDamagedAfterPlanning_SaysWhich_AndRetryFailedTriesAgain()
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 4), "a.mp4");
        var lost = box.Add(Clips.Cut(10, 4), "b.mp4");
        var whole = await box.RunAsync(box.Corpus, "whole", 0, Options);
        using (var process = box.Start(["run", box.Corpus, "--out", box.PathOf("out"), "--workers", "1", .. Options]))
        {
            await Wait.ForMarkersAsync(process, box.PathOf("out"), 1);
            // The second video goes while the first is labelled.
            File.Move(lost, lost + ".away");
            var result = await process.WaitAsync();
            Assert.True(result.ExitCode == 3, $"{result}");
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        }

        File.Move(lost + ".away", lost);
        var without = await box.RunAsync(box.Corpus, "out", 3, Options);
        Assert.Equal(whole.Id, without.Id);
        Assert.Equal(100, without.Number("framesFailed"));
        Assert.All(without.Failures(), f => Assert.Equal(("b.mp4", "unreadable"), (f.Video, f.Reason)));
        LabelTable.AssertSame(whole.Labels().Of("a.mp4"), without.Labels().Of("a.mp4"));
        Assert.All(without.Labels().Of("b.mp4"), r => Assert.Equal((FrameStatus.Failed, "unreadable"), (r.Status, r.Reason)));

        var retried = await box.RunAsync(box.Corpus, "out", 0, ["--retry-failed", .. Options]);
        LabelTable.AssertSame(whole.Labels(), retried.Labels());
        Assert.Empty(retried.Failures());
        retried.AssertOnlyWinners();
    }

    [Fact]
    public async Task Run_WhoseVideoChangesOrGoesBetweenCalls_LabelsWhatIsThere()
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 2), "a.mp4");
        var changing = box.Add(Clips.Cut(10, 2), "b.mp4");
        var first = await box.RunAsync(box.Corpus, "out", 0, Options);
        File.Copy(Clips.Cut(16, 2), changing, overwrite: true);
        var changed = await box.RunAsync(box.Corpus, "out", 0, Options);
        Assert.NotEqual(first.Id, changed.Id);
        LabelTable.AssertSame(first.Labels().Of("a.mp4"), changed.Labels().Of("a.mp4"));
        Assert.Equal(50, changed.Labels().Of("b.mp4").Select(r => r.Frame).Distinct().Count());

        File.Delete(changing);
        var smaller = await box.RunAsync(box.Corpus, "out", 0, Options);
        Assert.Equal(1, smaller.Number("videos"));
        LabelTable.AssertSame(first.Labels().Of("a.mp4"), smaller.Labels().Of("a.mp4"));
    }

    /// <summary>The default model under another name and with other temperatures: the same file, other probabilities.</summary>
    private static string OtherModel(Sandbox box)
    {
        var folder = box.Folder("other-model");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Installed.Models, "affect-small")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var path = Path.Combine(folder, "model.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json["name"] = "other";
        json["heads"]!.AsArray().First(h => (string?)h!["task"] == "expression")!["temperature"] = 2.5;
        File.WriteAllText(path, json.ToJsonString());
        return folder;
    }

    private static LabelRow Detection(LabelRow row) => row with
    {
        Valence = 0, Arousal = 0, Expressions = [], Expression = 0, ActionUnits = [], Model = "",
    };

    private static List<(string, DateTime)> Written(string run) =>
    [
        .. Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith("report.", StringComparison.Ordinal) &&
            Path.GetFileName(f) != "failures.jsonl").Order(StringComparer.Ordinal).Select(f => (f, File.GetLastWriteTimeUtc(f))),
    ];
}

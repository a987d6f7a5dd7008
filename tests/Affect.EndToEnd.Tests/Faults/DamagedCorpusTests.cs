using System.Globalization;
using System.Text.Json;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Faults;

/// <summary>300 damaged inputs among good ones: all accounted for, the good ones untouched. AFFECT_SEED repeats a set, AFFECT_DAMAGED makes it smaller.</summary>
public sealed class DamagedCorpusTests(ITestOutputHelper output)
{
    private static readonly int Damaged = Environment.GetEnvironmentVariable("AFFECT_DAMAGED") is { Length: > 0 } count ? int.Parse(count, CultureInfo.InvariantCulture) : 300;

    [Fact]
    public async Task Run_AccountsForEveryDamagedInput_AndLabelsTheGoodOnes()
    {
        var seed = Environment.GetEnvironmentVariable("AFFECT_SEED") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 1;
        output.WriteLine($"AFFECT_SEED={seed}");
        using var box = new Sandbox();
        string[] good = ["a-good.mp4", "m-good.ts", "z-good.webm"];
        string[] clips = [Clips.Get("h264-b.mp4"), Clips.Get("transport.ts"), Clips.Get("vp9.webm")];
        var alone = box.Folder("alone");
        for (var i = 0; i < good.Length; i++)
        {
            box.Add(clips[i], good[i]);
            File.Copy(clips[i], Path.Combine(alone, good[i]));
        }

        new Damage(new Random(seed)).Write(box.Corpus, Damaged);
        string[] options = ["--every", "5", "--chunk-timeout", "30"];
        var run = await box.RunAsync(box.Corpus, "out", 3, options);
        output.WriteLine($"{run.Call.Wall.TotalSeconds:F0} s; {run.Number("unreadableVideos")} unreadable, {run.Number("failures")} failures");

        var failures = run.Failures().ToLookup(f => f.Video, StringComparer.Ordinal);
        var videos = run.Report().GetProperty("videos").EnumerateArray().ToDictionary(v => v.GetProperty("id").GetString()!, StringComparer.Ordinal);
        Assert.Equal(Damaged + good.Length, videos.Count);
        foreach (var (id, video) in videos)
        {
            AssertAccountedFor(id, video, [.. failures[id]]);
        }

        var kinds = videos.GroupBy(v => v.Key[..v.Key.LastIndexOf('-')], StringComparer.Ordinal).Select(g =>
            $"{g.Key}: {string.Join(", ", g.CountBy(v => v.Value.GetProperty("status").GetString()!).Select(c => $"{c.Key} {c.Value}"))}");
        output.WriteLine(string.Join('\n', kinds));
        output.WriteLine(string.Join('\n', failures.SelectMany(f => f).CountBy(f => f.Reason).Select(c => $"{c.Key} {c.Value}")));

        var reference = await box.RunAsync(alone, "out-alone", 0, options);
        foreach (var id in good)
        {
            LabelTable.AssertSame(
                [.. reference.Labels().Of(id).Select(r => r with { Chunk = "" })], [.. run.Labels().Of(id).Select(r => r with { Chunk = "" })]);
            Assert.Empty(failures[id]);
        }

        var again = await box.RunAsync(box.Corpus, "out", 3, options);
        Assert.Equal(run.Id, again.Id);
        Assert.Equal(run.Number("failures"), again.Number("failures"));
    }

    private static void AssertAccountedFor(string id, JsonElement video, List<FailureText> failures)
    {
        var frames = video.GetProperty("framesIn").GetInt64();
        var failed = video.GetProperty("framesFailed").GetInt64();
        // Either frames were found, and each has its place, or the whole video failed; whatever failed says why.
        Assert.True(frames > 0 || failures.Count > 0, $"{id}: neither frames nor a failure");
        Assert.True(failed == 0 || failures.Count > 0, $"{id}: {failed} failed frames without a reason");
        foreach (var failure in failures)
        {
            Assert.True(failure.Message.Length > 10, $"{id}: {failure}");
            Assert.NotEqual("unknown", failure.Reason);
            // A file without a byte, or one that cannot be opened, is found out without ffmpeg.
            Assert.True(failure.Command is { Length: > 0 } || id.StartsWith("zero-bytes", StringComparison.Ordinal), $"{id}: no command: {failure}");
        }
    }
}

using System.Text.Json;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Corpora;

/// <summary>Corpora as people have them: odd names, face folders, manifests with mistakes, the same video twice.</summary>
public sealed class CorpusTests
{
    [Fact]
    public async Task Run_TakesAnyName()
    {
        using var box = new Sandbox();
        string[] names =
        [
            "-leading dash.mp4", "it's \"quoted\".mp4", "überraschung 驚き 😀.mp4", "sub folder/part-00000.mp4", "a%20b&c;d.mp4", "back\\slash.mp4",
            "https:|file:x.mp4", "[1] {2} $HOME `id`.mp4", "%03d.mp4",
        ];
        foreach (var name in names)
        {
            box.Add(Clips.Cut(4, 2), name);
        }

        var run = await box.RunAsync(box.Corpus, "out", 0, "--every", "10");
        var labels = run.Labels();
        Assert.Equal(names.Order(StringComparer.Ordinal), labels.Videos.Order(StringComparer.Ordinal));
        Assert.All(names, name => LabelTable.AssertSame(labels.Of(names[0]), labels.Of(name), Except.Video | Except.Chunk));
        // The same content under nine names is told.
        var settings = run.Report().GetProperty("run").GetProperty("configuration").EnumerateArray();
        Assert.Contains(settings, s => s.GetProperty("key").GetString() == "Same content" && s.GetProperty("value").GetString()!.Contains("😀", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_OfOneVideoWithALeadingDash_Works()
    {
        using var box = new Sandbox();
        File.Copy(Clips.Cut(4, 2), box.PathOf("-x.mp4"));
        var result = await box.CallAsync("run", "--out", box.PathOf("out"), "--every", "25", "--output", "json", "--", "-x.mp4");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Equal(50, JsonDocument.Parse(result.Output).RootElement.GetProperty("framesIn").GetInt32());
    }

    [Fact]
    public async Task Run_TakesFoldersOfFaceFrames()
    {
        using var box = new Sandbox();
        Frames(box.Folder("corpus/video 1"));
        Frames(box.Folder("corpus/30-30-1920x1080_left"));
        File.Delete(box.PathOf("corpus/video 1/00003.jpg"));
        File.WriteAllBytes(box.PathOf("corpus/video 1/00005.jpg"), [1, 2, 3]);
        box.Add(Clips.Cut(4, 2));
        var run = await box.RunAsync(box.Corpus, "out", 3, "--chunk-frames", "5");
        var labels = run.Labels();
        Assert.Equal(3, labels.Videos.Count());
        Assert.Equal(12, labels.Of("30-30-1920x1080_left").Select(r => r.Frame).Distinct().Count());
        var damaged = Assert.Single(labels.Of("video 1"), r => r.Status == Core.Labels.FrameStatus.Failed);
        Assert.Contains(run.Failures(), f => f.Video == "video 1");
        Assert.True(labels.Of("video 1").Count(r => r.Face >= 0) >= 9, $"{damaged}");
    }

    [Theory]
    [InlineData("list.jsonl")]
    [InlineData("list.csv")]
    public async Task Run_OfAManifestWithMistakes_LabelsTheRest(string name)
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 2), "a b.mp4");
        box.Add(Clips.Cut(10, 2), "c.mp4");
        string[] lines = name.EndsWith("csv", StringComparison.Ordinal)
            ?
            [
                "path,id,split,group,colour", "corpus/a b.mp4,first,train,g1,red", "corpus/c.mp4,first,,,", ",x,,,", "corpus/c.mp4,\"it's, second\",val,,",
                "corpus/gone.mp4,gone,,,", "corpus/c.mp4,too,many,,,,values,here",
            ]
            :
            [
                """{"path":"corpus/a b.mp4","id":"first","split":"train","group":"g1","colour":"red"}""", """{"path":"corpus/c.mp4","id":"first"}""", "no json",
                """{"path":"corpus/c.mp4","id":"it's, second","split":"val"}""", """{"path":"corpus/gone.mp4","id":"gone"}""", """{"id":"nothing"}""", "[]",
            ];
        File.WriteAllLines(box.PathOf(name), lines);
        var run = await box.RunAsync(box.PathOf(name), "out", 3, "--every", "5");
        Assert.Equal(["first", "it's, second"], run.Labels().Videos.Order(StringComparer.Ordinal));
        var gone = Assert.Single(run.Failures());
        Assert.Equal(("gone", "unreadable"), (gone.Video, gone.Reason));
        Assert.Equal("train", run.Report().GetProperty("videos")[0].GetProperty("split").GetString());

        // Lines that were left out are told, also where the result is for a script.
        Assert.Contains("first", run.Call.Error, StringComparison.Ordinal);
        Assert.Contains("left out", run.Call.Error, StringComparison.Ordinal);
        Assert.Contains("colour", run.Call.Error, StringComparison.Ordinal);

        // The manifest that a run writes can be submitted again: the same run.
        File.Copy(Path.Combine(run.Location, "manifest.jsonl"), box.PathOf("again.jsonl"));
        var again = await box.RunAsync(box.PathOf("again.jsonl"), "out", 3, "--every", "5");
        Assert.Equal(run.Id, again.Id);
        Assert.Equal(again.Number("chunks"), again.Number("chunksDoneBefore"));
    }

    /// <summary>Frames 1 to 12 as the ABAW distributions name them.</summary>
    private static void Frames(string folder) => Clips.Ffmpeg("-ss 5 -t 0.48 -i SAMPLE -vf crop=240:240,scale=112:112 -start_number 1", Path.Combine(folder, "%05d.jpg"));
}

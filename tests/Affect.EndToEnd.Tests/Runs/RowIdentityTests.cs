using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Runs;

/// <summary>The same rows, bit for bit, however the work is divided.</summary>
public sealed class RowIdentityTests
{
    [Fact]
    public async Task Run_GivesTheSameRowsFromOneChunkAndMany()
    {
        using var box = new Sandbox();
        foreach (var kind in Clips.Kinds)
        {
            box.Add(Clips.Get(kind));
        }

        box.Add(Clips.Rotated());
        box.Add(Clips.EditList());
        var whole = await box.RunAsync(box.Corpus, "whole", 0, "--workers", "1", "--chunk-frames", "1000000");
        var cut = await box.RunAsync(box.Corpus, "cut", 0, "--workers", "2", "--chunk-frames", "25");

        Assert.Equal(whole.Id, cut.Id);
        Assert.Equal(whole.Number("videos"), whole.Number("chunks"));
        Assert.InRange(cut.Number("chunks"), 3 * cut.Number("videos") - 4, int.MaxValue);
        Assert.Equal(0, whole.Number("framesFailed"));
        // Stored as 240x320.
        var rotated = whole.Report().GetProperty("videos").EnumerateArray().Single(v => v.GetProperty("id").GetString() == "rotated.mp4");
        Assert.Equal((320, 240), (rotated.GetProperty("width").GetInt32(), rotated.GetProperty("height").GetInt32()));
        LabelTable.AssertSame(whole.Labels(), cut.Labels(), Except.Chunk);
        Assert.All(whole.Labels().Videos, video => Assert.True(whole.Labels().Of(video).Count(r => r.Face >= 0) > 30, video));
    }

    [Fact]
    public async Task Run_GivesTheSameRowsFromOneWorkerAndTwo()
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 6));
        box.Add(Clips.Get("transport.ts"));
        var one = await box.RunAsync(box.Corpus, "one", 0, "--workers", "1", "--chunk-frames", "25");
        var two = await box.RunAsync(box.Corpus, "two", 0, "--workers", "2", "--chunk-frames", "25");
        LabelTable.AssertSame(one.Labels(), two.Labels());
        Assert.InRange(one.Labels().Faces, 100, int.MaxValue);
    }

    [Theory]
    [InlineData("--every", "4")]
    [InlineData("--fps", "6")]
    [InlineData("--start", "0.7", "--end", "2.1")]
    public async Task Run_WithSampling_GivesRowsOfTheFullRun(params string[] sampling)
    {
        using var box = new Sandbox();
        box.Add(Clips.Get("h264-b.mp4"));
        box.Add(Clips.Get("vfr.mkv"));
        var all = await box.RunAsync(box.Corpus, "all", 0);
        var some = await box.RunAsync(box.Corpus, "some", 0, ["--chunk-frames", "5", .. sampling]);
        Assert.Equal(all.Number("framesIn"), some.Number("framesIn"));
        foreach (var video in some.Labels().Videos)
        {
            var frames = some.Labels().Of(video).Select(r => r.Frame).ToHashSet();
            Assert.InRange(frames.Count, 5, all.Labels().Of(video).Count - 5);
            // Tracks depend on the frames seen; everything else is the frame's own.
            LabelTable.AssertSame(
                [.. all.Labels().Of(video).Where(r => frames.Contains(r.Frame)).Select(r => r with { Track = -1 })],
                [.. some.Labels().Of(video).Select(r => r with { Track = -1 })], Except.Chunk);
        }
    }
}

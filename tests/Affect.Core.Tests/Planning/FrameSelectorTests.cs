using Affect.Core.Planning;
using Affect.Core.Video;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Planning;

public sealed class FrameSelectorTests
{
    [Fact]
    public void Every_TakesMultiplesOfTheRank() => Assert.Equal([0, 3, 6, 9], Ranks(Film(10), new Rational(1, 25), new Sampling(3)));

    [Fact]
    public void FramesPerSecond_OfAWholeFraction_TakesExactlyEveryNth()
    {
        // 25 frames a second in ticks of 1/12800 s, ten minutes: no frame may slip through rounding.
        var index = new FrameIndex([.. Enumerable.Range(0, 15_000).Select(i => i * 512L)], [0]);
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => 5 * i), Ranks(index, new Rational(1, 12_800), new Sampling(FramesPerSecond: 5)));
    }

    [Fact]
    public void FramesPerSecond_InMillisecondTicks_IsNotFooledByRounding()
    {
        // 30 frames a second stored in whole milliseconds, rounded down: frame 4 is due at 133.33 ms and stored as 133.
        var index = new FrameIndex([.. Enumerable.Range(0, 3000).Select(i => (long)Math.Round(i * 1000.0 / 30))], [0]);
        Assert.Equal(Enumerable.Range(0, 1500).Select(i => 2 * i), Ranks(index, new Rational(1, 1000), new Sampling(FramesPerSecond: 15)));
    }

    [Fact]
    public void FramesPerSecond_AboveTheVideos_TakesAll() =>
        Assert.Equal(Enumerable.Range(0, 10), Ranks(Film(10), new Rational(1, 25), new Sampling(FramesPerSecond: 60)));

    [Fact]
    public void FramesPerSecond_AfterAGap_NeitherRepeatsNorMakesUpFrames()
    {
        var index = new FrameIndex([0, 1, 2, 3, 50, 51, 52, 53, 54, 55], [0]);
        Assert.Equal([0, 4, 9], Ranks(index, new Rational(1, 25), new Sampling(FramesPerSecond: 5)));
    }

    [Fact]
    public void StartAndEnd_TileTheVideo()
    {
        var all = Ranks(Film(100), new Rational(1, 25), Sampling.All);
        var first = Ranks(Film(100), new Rational(1, 25), new Sampling(EndSeconds: 1.31));
        var rest = Ranks(Film(100), new Rational(1, 25), new Sampling(StartSeconds: 1.31));
        Assert.Equal(all, first.Concat(rest));
        Assert.Equal(33, rest[0]);
    }

    [Fact]
    public void Times_AreRelativeToTheFirstFrame()
    {
        var index = new FrameIndex([.. Enumerable.Range(0, 50).Select(i => 1_000_000L + i)], [0]);
        Assert.Equal(25, Ranks(index, new Rational(1, 25), new Sampling(StartSeconds: 1))[0]);
    }

    [Fact]
    public void PartOfAVideo_IsASubsetOfTheWhole() => Prop.ForAll(VideoGenerator.Cases().ToArbitrary(), c =>
    {
        var whole = FrameSelector.Select(c.Index, PlanCase.TimeBase, c.Sampling with { StartSeconds = null, EndSeconds = null });
        var part = c.Selection;
        Assert.All(Enumerable.Range(0, part.Count), i => Assert.True(whole.Contains(part[i])));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void FramesPerSecond_NeverExceedsTheRate() => Prop.ForAll(VideoGenerator.Cases().ToArbitrary(), c =>
    {
        if (c.Sampling.FramesPerSecond is { } fps)
        {
            var selection = c.Selection;
            for (var i = 0; i + 1 < selection.Count; i++)
            {
                // Two frames of one slot of length 1/fps: never.
                var a = Slot(c.Index.Pts[selection[i]] - c.Index.Pts[0], fps);
                var b = Slot(c.Index.Pts[selection[i + 1]] - c.Index.Pts[0], fps);
                Assert.True(a < b);
            }
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, null, null, null, "every")]
    [InlineData(1, 0.0, null, null, "fps")]
    [InlineData(1, double.NaN, null, null, "fps")]
    [InlineData(2, 5.0, null, null, "exclude")]
    [InlineData(1, null, -1.0, null, "start")]
    [InlineData(1, null, 5.0, 5.0, "end")]
    public void Validate_NamesTheOption(int every, double? fps, double? start, double? end, string word)
    {
        var sampling = new Sampling(every, fps, start, end);
        Assert.Contains(word, sampling.Validate());
        Assert.Throws<ArgumentException>(() => FrameSelector.Select(Film(3), new Rational(1, 25), sampling));
    }

    private static double Slot(long ticks, double fps) => Math.Floor((ticks + 0.5) / 90_000 * fps);

    private static FrameIndex Film(int frames) => new([.. Enumerable.Range(0, frames).Select(i => (long)i)], [0]);

    private static List<int> Ranks(FrameIndex index, Rational timeBase, Sampling sampling)
    {
        var selection = FrameSelector.Select(index, timeBase, sampling);
        return [.. Enumerable.Range(0, selection.Count).Select(i => selection[i])];
    }
}

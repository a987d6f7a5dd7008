using Affect.Core.Planning;
using Affect.Engine.Finalising;
using Affect.Engine.Tests.Fixtures;
using Affect.Engine.Verification;

namespace Affect.Engine.Tests.Verification;

public sealed class SampleCheckTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void Choose_TakesDistinctWindowsOfRealFrames_TheSameForTheSameSeed(int frames)
    {
        var (plan, done) = Chunks(30, i => 37 + i);
        var windows = SampleCheck.Choose(plan, done, frames, 7);
        Assert.Equal(windows, SampleCheck.Choose(plan, done, frames, 7));
        Assert.Equal(windows.Count, windows.Select(w => (w.Chunk.Id, w.First)).Distinct().Count());
        Assert.All(windows, w => Assert.True(w.Count is >= 1 and <= SampleCheck.WindowFrames && w.First + w.Count <= w.Chunk.FrameCount));
        Assert.All(windows, w => Assert.Equal(0, done.Find(w.Chunk.Id)!.Value.Counts.Skipped));
        Assert.InRange(windows.Sum(w => w.Count), Math.Min(frames, done.Counts.Labelled), (long)frames + SampleCheck.WindowFrames);
    }

    [Fact]
    public void Choose_WithAnotherSeed_TakesOtherFrames()
    {
        var (plan, done) = Chunks(30, _ => 200);
        Assert.NotEqual(SampleCheck.Choose(plan, done, 64, 1), SampleCheck.Choose(plan, done, 64, 2));
    }

    [Fact]
    public void Choose_SpreadsOverTheRunByFrames()
    {
        // A chunk of 900 frames beside nine of 100: it should get about half of the windows.
        var (plan, done) = Chunks(10, i => i == 0 ? 900 : 100);
        var large = Enumerable.Range(0, 50).Sum(seed => SampleCheck.Choose(plan, done, 80, seed).Count(w => w.Chunk.Id.Chunk == 0));
        Assert.InRange(large / 500.0, 0.4, 0.6);
    }

    private static (IReadOnlyList<ChunkSpec> Plan, DoneMarkers Done) Chunks(int count, Func<int, int> frames)
    {
        var plan = new List<ChunkSpec>();
        var first = 0L;
        for (var i = 0; i < count; i++)
        {
            plan.Add(new ChunkSpec(new ChunkId(0, i), "v", first, frames(i), first, first + frames(i)));
            first += frames(i);
        }

        var done = new DoneMarkers();
        foreach (var c in plan)
        {
            done.Add(Markers.Of(c.Id, c.FrameCount, c.Id.Chunk % 7 == 3 ? c.FrameCount : 0));
        }

        return (plan, done);
    }
}

using Affect.Core.Planning;
using Affect.Core.Video;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Planning;

public sealed class ChunkPlannerTests
{
    private static readonly Arbitrary<PlanCase> Cases = VideoGenerator.Cases().ToArbitrary();

    [Fact]
    public void Generator_IsNotTrivial() => VideoGenerator.AssertIsNotTrivial(VideoGenerator.Cases().Sample(400, 40).ToList());

    [Fact]
    public void Plan_CoversEveryFrameExactlyOnce() => Check(c =>
    {
        var next = 0L;
        foreach (var chunk in c.Plan())
        {
            Assert.Equal(next, chunk.FirstFrame);
            Assert.True(chunk.FrameCount > 0);
            next += chunk.FrameCount;
        }

        Assert.Equal(c.Index.FrameCount, next);
    });

    [Fact]
    public void Plan_PtsIntervals_HoldExactlyTheFramesOfTheChunk() => Check(c =>
    {
        foreach (var chunk in c.Plan())
        {
            var inside = c.Index.Pts.ToArray().Count(pts => pts >= chunk.StartPts && pts < chunk.EndPts);
            Assert.Equal(chunk.FrameCount, inside);
            Assert.Equal(c.Index.Pts[(int)chunk.FirstFrame], chunk.StartPts);
        }

        Assert.Equal(long.MaxValue, c.Plan()[^1].EndPts);
    });

    [Fact]
    public void Plan_CutsAtKeyframesOnly() => Check(c =>
        Assert.All(c.Plan().Skip(1), chunk => Assert.True(c.Index.Keyframes.Contains((int)chunk.FirstFrame))));

    [Fact]
    public void Plan_IsDeterministic() => Check(c => Assert.Equal(c.Plan(), c.Plan()));

    [Fact]
    public void Plan_KeepsChunksAboveHalfAndBelowTwiceTheTarget_OrOneGopMore() => Check(c =>
    {
        var plan = c.Plan();
        var selection = c.Selection;
        var starts = c.Index.Keyframes.ToArray().Append(c.Index.FrameCount).ToArray();
        var longestGop = starts.Zip(starts.Skip(1), (a, b) => b - a).Append(starts[0]).Max();
        foreach (var chunk in plan)
        {
            var weight = Enumerable.Range((int)chunk.FirstFrame, chunk.FrameCount).Count(f => f >= selection.FirstRank && f <= selection.LastRank);
            var target = c.Options.TargetAt(c.FramesAfter + Enumerable.Range((int)chunk.FirstFrame, c.Index.FrameCount - (int)chunk.FirstFrame).Count(f => selection.Contains(f)));
            Assert.True(plan.Count == 1 || 2 * weight >= target, $"{chunk} weighs {weight}, target {target}");
            Assert.True(weight < Math.Max(2 * target, target + longestGop), $"{chunk} weighs {weight}, target {target}, longest GOP {longestGop}");
        }
    });

    [Fact]
    public void Plan_AccountsForEveryFrame_WhateverTheSampling() => Check(c =>
    {
        var selection = c.Selection;
        var plan = c.Plan();
        Assert.Equal(selection.Count, plan.Sum(selection.CountIn));
        Assert.Equal(c.Index.FrameCount - selection.Count, plan.Sum(selection.SkippedIn));
        Assert.Equal(Enumerable.Range(0, c.Index.FrameCount).Where(rank => selection.Contains(rank)), plan.SelectMany(selection.RanksIn));
    });

    [Fact]
    public void DecodeRange_StartsAtAKeyframeAndHoldsAllSelectedFrames() => Check(c =>
    {
        foreach (var chunk in c.Plan())
        {
            var ranks = c.Selection.RanksIn(chunk).ToList();
            if (c.Selection.DecodeRangeOf(chunk, c.Index) is not { } range)
            {
                Assert.Empty(ranks);
                continue;
            }

            Assert.True(range.StartFrame == chunk.FirstFrame || c.Index.Keyframes.Contains(range.StartFrame));
            Assert.True(range.StartFrame >= chunk.FirstFrame && range.StartFrame <= ranks[0]);
            Assert.DoesNotContain(c.Index.Keyframes.ToArray(), keyframe => keyframe > range.StartFrame && keyframe <= ranks[0]);
            Assert.Equal(ranks[^1] + 1, range.EndFrame);
            Assert.All(ranks, rank => Assert.InRange(c.Index.Pts[rank], range.StartPts, range.EndPts - 1));
        }
    });

    [Fact]
    public void Plan_OneMinuteOfALongVideo_GivesChunksOfThatMinute()
    {
        // 2 h at 25 frames a second, a keyframe every 2 s.
        var index = Regular(frames: 180_000, gop: 50);
        var all = Plan(index, Sampling.All, new PlanOptions(500));
        var minute = Plan(index, new Sampling(StartSeconds: 3600, EndSeconds: 3660), new PlanOptions(500));
        Assert.Equal(360, all.Count);
        Assert.Equal(3, minute.Count);
        Assert.Equal(180_000, minute.Sum(chunk => chunk.FrameCount));
    }

    [Fact]
    public void Plan_OneLongVideo_SpreadsOverAllWorkers()
    {
        var index = Regular(frames: 45_000, gop: 250);
        foreach (var workers in new[] { 1, 2, 8, 40 })
        {
            var plan = Plan(index, Sampling.All, PlanOptions.For(workers));
            Assert.True(plan.Count >= 2 * workers, $"{plan.Count} chunks for {workers} workers");
            Assert.InRange(plan[^1].FrameCount, 250, 500);
        }
    }

    /// <summary>Chunks are handed out in order to whoever is free: when the last one ends, nobody has been idle for longer than a small chunk takes.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    public void Plan_OfSeveralVideos_KeepsAllWorkersBusyToTheEnd(int workers)
    {
        int[] videos = [40_000, 300, 90_000, 15_000, 25_000];
        var plan = new List<ChunkSpec>();
        for (var i = 0; i < videos.Length; i++)
        {
            var index = Regular(videos[i], gop: 50);
            plan.AddRange(ChunkPlanner.Plan(
                i, PlanCase.Entry, index, FrameSelector.Select(index, PlanCase.TimeBase, Sampling.All), PlanOptions.For(workers), videos[(i + 1)..].Sum()));
        }

        var busyUntil = new long[workers];
        foreach (var chunk in plan)
        {
            var next = Array.IndexOf(busyUntil, busyUntil.Min());
            busyUntil[next] += chunk.FrameCount;
        }

        Assert.Equal(videos.Sum(), busyUntil.Sum());
        Assert.True(busyUntil.Max() - busyUntil.Min() < 1.5 * PlanOptions.SmallestSpreadTarget, $"from {busyUntil.Min()} to {busyUntil.Max()}");
    }

    [Fact]
    public void Plan_FolderOfFrames_CutsAnywhereAndKeepsGaps()
    {
        // 00001.jpg .. 00010.jpg without 00004 and 00005.
        long[] pts = [0, 1, 2, 5, 6, 7, 8, 9];
        var index = new FrameIndex(pts, [.. Enumerable.Range(0, pts.Length)]);
        var plan = ChunkPlanner.Plan(0, PlanCase.Entry, index, FrameSelector.Select(index, new Rational(1, 1), Sampling.All), new PlanOptions(3));
        Assert.Equal([(0L, 3, 0L, 5L), (3L, 3, 5L, 8L), (6L, 2, 8L, long.MaxValue)], plan.Select(c => (c.FirstFrame, c.FrameCount, c.StartPts, c.EndPts)));
    }

    [Fact]
    public void Plan_VideoWithoutFrames_HasNoChunks()
    {
        var index = new FrameIndex([], []);
        Assert.Empty(Plan(index, Sampling.All, PlanOptions.Default));
    }

    [Fact]
    public void Plan_VideoWithoutKeyframes_IsOneChunk()
    {
        var index = new FrameIndex([0, 10, 20], []);
        Assert.Equal(3, Assert.Single(Plan(index, Sampling.All, new PlanOptions(1))).FrameCount);
    }

    private static IReadOnlyList<ChunkSpec> Plan(FrameIndex index, Sampling sampling, PlanOptions options) =>
        ChunkPlanner.Plan(0, PlanCase.Entry, index, FrameSelector.Select(index, PlanCase.TimeBase, sampling), options);

    private static FrameIndex Regular(int frames, int gop) => new(
        [.. Enumerable.Range(0, frames).Select(i => i * 3600L)], [.. Enumerable.Range(0, (frames + gop - 1) / gop).Select(i => i * gop)]);

    private static void Check(Action<PlanCase> property) => Prop.ForAll(Cases, property).QuickCheckThrowOnFailure();
}

using Affect.Core.Corpora;
using Affect.Core.Planning;
using Affect.Core.Video;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Planning;

/// <summary>A video as the planner sees it, with what to ask for. Tick: 1/90000 s.</summary>
public sealed record PlanCase(FrameIndex Index, Sampling Sampling, int Target, int? Workers, int FramesAfter)
{
    public static readonly Rational TimeBase = new(1, 90_000);

    public FrameSelection Selection => FrameSelector.Select(Index, TimeBase, Sampling);

    public IReadOnlyList<ChunkSpec> Plan() => ChunkPlanner.Plan(7, Entry, Index, Selection, Options, FramesAfter);

    public PlanOptions Options => new(Target) { Workers = Workers, SmallestTarget = Math.Min(Target, 5) };

    public static CorpusEntry Entry { get; } = new("a/b.mp4", "/x/a/b.mp4", EntryKind.Video, "sha256:00", 1);

    public override string ToString() =>
        $"pts [{string.Join(',', Index.Pts.ToArray())}], keyframes [{string.Join(',', Index.Keyframes.ToArray())}], {Sampling}, target {Target}, workers {Workers}, {FramesAfter} frames after";
}

internal static class VideoGenerator
{
    /// <summary>
    /// Frames in GOPs of 1 to 40, at constant or variable rate, the first keyframe possibly late; sampling of every kind; targets from 1 to beyond the video.
    /// </summary>
    public static Gen<PlanCase> Cases() =>
        from gops in Gen.Choose(1, 40).NonEmptyListOf()
        from lead in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 10)))
        from start in Gen.Choose(-5000, 100_000)
        from steps in Gen.Frequency((1, Gen.Constant(new[] { 3600 })), (1, Gen.Choose(1, 20_000).ArrayOf(7)))
        from sampling in Samplings()
        from target in Gen.Frequency((3, Gen.Choose(2, 60)), (1, Gen.Constant(1)), (1, Gen.Choose(61, 2000)))
        from workers in Gen.Frequency((1, Gen.Constant((int?)null)), (1, Gen.Choose(1, 8).Select(w => (int?)w)))
        from after in Gen.Frequency((1, Gen.Constant(0)), (1, Gen.Choose(1, 2000)))
        select new PlanCase(Index([.. gops], lead, start, steps), sampling, target, workers, after);

    public static Gen<Sampling> Samplings() => Gen.Frequency(
        (3, Gen.Constant(Sampling.All)),
        (1, Gen.Choose(2, 50).Select(every => new Sampling(every))),
        (1, Gen.Choose(1, 600).Select(tenths => new Sampling(FramesPerSecond: tenths / 10.0))),
        (2, from start in Gen.Choose(0, 60)
            from length in Gen.Choose(1, 60)
            from fps in Gen.Elements<double?>(null, 5, 12.5)
            select new Sampling(1, fps, start / 4.0, (start + length) / 4.0)));

    /// <summary>A generator that makes nothing but the easy cases would pass everything: assert that it does not.</summary>
    public static void AssertIsNotTrivial(IReadOnlyCollection<PlanCase> cases)
    {
        Assert.True(Share(c => c.Plan().Count > 1) > 0.3, "too few cases with several chunks");
        Assert.True(Share(c => c.Index.Keyframes[0] > 0) > 0.05, "too few cases with a late first keyframe");
        Assert.True(Share(c => c.Selection.Count < c.Index.FrameCount) > 0.2, "too few cases that skip frames");
        Assert.True(Share(c => c.Selection.Count == 0) is > 0 and < 0.5, "no case, or too many, without a selected frame");
        Assert.True(Share(c => c.Plan().Any(chunk => chunk.FrameCount > c.Target)) > 0.1, "too few cases with a chunk above its target");

        double Share(Func<PlanCase, bool> property) => cases.Count(property) / (double)cases.Count;
    }

    private static FrameIndex Index(int[] gops, int lead, int start, int[] steps)
    {
        var pts = new long[lead + gops.Sum()];
        for (var i = 0; i < pts.Length; i++)
        {
            pts[i] = i == 0 ? start : pts[i - 1] + steps[i % steps.Length];
        }

        var keyframes = new int[gops.Length];
        for (var i = 0; i < gops.Length; i++)
        {
            keyframes[i] = i == 0 ? lead : keyframes[i - 1] + gops[i - 1];
        }

        return new FrameIndex(pts, keyframes);
    }
}

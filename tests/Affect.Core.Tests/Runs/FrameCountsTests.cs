using Affect.Core.Runs;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Runs;

public sealed class FrameCountsTests
{
    private static readonly Gen<FrameAccounting> Balanced =
        from labelled in Gen.Choose(0, 100)
        from noFace in Gen.Choose(0, 100)
        from extraFaces in Gen.Choose(0, 50)
        from skipped in Reasons("sampling", "range")
        from failed in Reasons("Decode", "Timeout", "Model")
        select new FrameAccounting
        {
            Counts = new FrameCounts(
                labelled + noFace + skipped.Values.Sum() + failed.Values.Sum(), labelled, noFace, skipped.Values.Sum(), failed.Values.Sum(), labelled + extraFaces),
            SkippedByReason = skipped,
            FailedByReason = failed,
        };

    [Fact]
    public void Addition_KeepsBalance_AndIsAMonoid() =>
        Prop.ForAll(Balanced.ToArbitrary(), Balanced.ToArbitrary(), Balanced.ToArbitrary(), (a, b, c) =>
        {
            Assert.True(a.IsBalanced && (a + b).IsBalanced);
            Assert.Equal((a + b) + c, a + (b + c));
            Assert.Equal(a + b, b + a);
            Assert.Equal(a, a + FrameAccounting.Empty);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Generator_IsNotTrivial() =>
        Assert.True(Balanced.Sample(100).Count(a => a.Counts.Failed > 0 && a.Counts.Skipped > 0 && a.FailedByReason.Count > 1) > 20);

    [Theory]
    [InlineData(10, 6, 4, 0, 0, 6, true)]
    [InlineData(10, 6, 3, 0, 0, 6, false)]
    [InlineData(10, 6, 3, 1, 1, 6, false)]
    [InlineData(10, 6, 4, 0, 0, 5, false)]
    [InlineData(10, 11, -1, 0, 0, 11, false)]
    public void IsBalanced_NeedsEveryFrameOnce(long frames, long labelled, long noFace, long skipped, long failed, long faces, bool expected) =>
        Assert.Equal(expected, new FrameCounts(frames, labelled, noFace, skipped, failed, faces).IsBalanced);

    [Fact]
    public void IsBalanced_NeedsAReasonForEveryFrameLeftOut()
    {
        var counts = new FrameCounts(3, 1, 0, 1, 1, 1);
        var good = new FrameAccounting { Counts = counts, SkippedByReason = new() { ["sampling"] = 1 }, FailedByReason = new() { ["Decode"] = 1 } };
        Assert.True(good.IsBalanced);
        Assert.False((good with { FailedByReason = [] }).IsBalanced);
        Assert.False((good with { SkippedByReason = [] }).IsBalanced);
    }

    private static Gen<SortedDictionary<string, long>> Reasons(params string[] names) =>
        Gen.Choose(0, 9).ArrayOf(names.Length).Select(counts =>
            new SortedDictionary<string, long>(names.Zip(counts).Where(pair => pair.Second > 0).ToDictionary(pair => pair.First, pair => (long)pair.Second)));
}

using Affect.Core.Corpora;
using Affect.Core.Labels;
using Affect.Engine.Corpora;
using Affect.Engine.Estimating;
using Affect.Engine.Preparing;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Engine.Tests.Estimating;

public sealed class RunEstimatorTests
{
    [Fact]
    public async Task TheEstimate_HoldsTheRealSize_AndOrdersItsRange()
    {
        MadeVideo[] videos = [new("a.mp4", 3000, StoredRun.SomeFace), new("b.mp4", 900, StoredRun.SomeFace)];
        using var run = await StoredRun.CreateAsync(videos);
        var corpus = new PreparedCorpus(new CorpusListing("made", run.Manifest.Entries, []), run.Manifest, run.Run.Videos, run.Run.Plan);
        var estimator = new RunEstimator(
            run.Videos, () => new MadeProcessor(run.Videos), run.Run.Record.Configuration, [.. LabelSchema.ActionUnits.Select(_ => 0.5f)], run.Scratch);
        var estimate = await estimator.EstimateAsync(corpus, 2, default);
        Assert.NotNull(estimate);
        Assert.NotEmpty(estimate.Samples);
        Assert.True(estimate.Seconds.Low > 0 && estimate.Seconds.Low <= estimate.Seconds.Expected && estimate.Seconds.Expected <= estimate.Seconds.High);
        Assert.Equal(6 / 7.0, estimate.Samples[0].FacesPerFrame, 0.05);

        await run.LabelAsync();
        var real = new DirectoryInfo(Path.Combine(run.Folder, "runs")).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(f => f.Directory!.Name is "chunks" or "done" or "labels").Sum(f => f.Length);
        Assert.InRange(real, estimate.DiskBytes.Low * 0.8, estimate.DiskBytes.High * 1.2);
    }

    [Fact]
    public void LaneClock_TakesTheDecodersStartApart()
    {
        var clock = new LaneClock();
        Thread.Sleep(200);
        clock.Advanced(1, 1, default);
        for (var i = 0; i < 20; i++)
        {
            Thread.Sleep(5);
            clock.Advanced(1, 0, default);
        }

        Assert.Equal((21, 1), (clock.Frames, clock.Faces));
        Assert.InRange(clock.FramesPerSecond, 1, 200);
        Assert.True(clock.StartSeconds > 0);
    }
}

using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Processing;
using Affect.Engine.Serving;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Engine.Tests.Serving;

/// <summary>A slow chunk near the end of a run is given to an idle worker as well.</summary>
public sealed class SpeculationTests
{
    [Fact]
    public async Task SlowChunk_IsLeasedAgain_ByTheOptionsOfAServer_AndTheFirstToCompleteWins()
    {
        using var job = await PlannedJob.CreateAsync(5);
        var time = new ManualTime();
        var engine = await job.OpenAsync(time);
        IWorkSource work = engine;
        var (quick, slow) = (PlannedJob.Worker("quick"), PlannedJob.Worker("slow"));
        var held = (await work.LeaseAsync(slow, TimeSpan.Zero, default)).Item!;
        for (var i = 0; i < 4; i++)
        {
            var item = (await work.LeaseAsync(quick, TimeSpan.Zero, default)).Item!;
            Assert.False(item.Chunk!.IsSpeculative);
            time.Advance(TimeSpan.FromSeconds(2));
            await work.CompleteAsync(job.Ticket(item), PlannedJob.Counts, default);
        }

        // 8 s are 4 times the mean of 2 s; the slow worker beats, so its lease would never run out.
        Assert.Equal(LedgerResult.Accepted, await work.HeartbeatAsync("slow", job.Ticket(held), default));
        Assert.Null((await work.LeaseAsync(slow, TimeSpan.Zero, default)).Item);
        time.Advance(TimeSpan.FromSeconds(1));
        var second = (await work.LeaseAsync(quick, TimeSpan.Zero, default)).Item!;
        Assert.True(second.Chunk!.IsSpeculative);
        Assert.Equal(held.Chunk!.Chunk.Id, second.Chunk.Chunk.Id);
        Assert.NotEqual(held.Chunk.Token, second.Chunk.Token);

        Assert.Equal(LedgerResult.Accepted, await work.CompleteAsync(job.Ticket(second), PlannedJob.Counts, default));
        Assert.Equal(LedgerResult.AlreadyDone, await work.HeartbeatAsync("slow", job.Ticket(held), default));
        Assert.Equal(LedgerResult.AlreadyDone, await work.CompleteAsync(job.Ticket(held), PlannedJob.Counts, default));
        Assert.Equal(JobPhase.Finalising, (await work.LeaseAsync(quick, TimeSpan.Zero, default)).Item!.Stage!.Token.Stage);
        Assert.Equal(5 * PlannedJob.FramesPerChunk, (await engine.FindAsync(job.Id, default))!.Progress!.Value.Counts.Frames);
    }

    [Fact]
    public async Task Run_WithAWorkerThatHangs_EndsWithoutIt()
    {
        using var alone = await StoredRun.CreateAsync([new("a.mp4", 400, StoredRun.SomeFace)]);
        await alone.LabelAsync();
        using var run = await StoredRun.CreateAsync([new("a.mp4", 400, StoredRun.SomeFace)]);
        // Short leases, so that the worker that hangs hears soon that it may stop.
        var options = new ServingOptions { Ledger = ServingOptions.Default.Ledger with { LeaseDuration = TimeSpan.FromSeconds(2) } };
        var engine = await LocalJobEngine.OpenAsync(run.Objects, new Workplace(run.Folder, []), options, TimeProvider.System, default);
        var hangs = new Hanging();
        await using var workers = new TestWorkers();
        workers.Start(engine, new MadeWorkshop(run, () => hangs), TestWorkers.OffersOf(run), lanes: 1, name: "hangs");
        var job = (await engine.SubmitAsync(new JobRequest { Corpus = "/made" }, default)).Job.Id;
        await hangs.Entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
        workers.Start(engine, new MadeWorkshop(run), TestWorkers.OffersOf(run), lanes: 1, name: "works");
        var ended = await engine.UntilEndedAsync(job);

        Assert.Equal((JobPhase.Done, 0), (ended.Job.Phase, ended.Progress!.Value.FailedAttempts));
        Assert.Equal(RunFiles.Rows(alone), RunFiles.Rows(run));
        await RunFiles.AssertCommittedOnceAsync(run);
        await hangs.Left.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Never gets further with a chunk, until it is told to stop.</summary>
    private sealed class Hanging : IChunkProcessor
    {
        public TaskCompletionSource Entered { get; } = new();

        public TaskCompletionSource Left { get; } = new();

        public async Task<ChunkOutcome> ProcessAsync(ChunkJob job, IChunkObserver observer, CancellationToken cancellationToken)
        {
            Entered.TrySetResult();
            using var stopped = cancellationToken.Register(() => Left.TrySetResult());
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("An endless wait ended.");
        }

        public void Dispose()
        {
        }
    }
}

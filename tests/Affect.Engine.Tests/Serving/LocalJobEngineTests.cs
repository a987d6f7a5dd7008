using System.Collections.Concurrent;
using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Engine.Local;
using Affect.Engine.Serving;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Engine.Tests.Serving;

public sealed class LocalJobEngineTests
{
    private static readonly MadeVideo[] Videos =
        [new("a.mp4", 230, StoredRun.SomeFace), new("b/c.mp4", 410, StoredRun.SomeFace), new("d.mp4", 35, _ => null)];

    [Fact]
    public async Task Job_RunByWorkers_GivesTheRowsOfTheLocalRun()
    {
        using var alone = await StoredRun.CreateAsync(Videos);
        await alone.LabelAsync();
        using var served = await StoredRun.CreateAsync(Videos);
        var engine = await OpenAsync(served);
        await using var workers = new TestWorkers();
        workers.Start(engine, new MadeWorkshop(served), TestWorkers.OffersOf(served));
        workers.Start(engine, new MadeWorkshop(served), TestWorkers.OffersOf(served));

        var job = await engine.SubmitAsync(new JobRequest { Corpus = "/made" }, default);
        var ended = await engine.UntilEndedAsync(job.Job.Id);

        Assert.Equal(JobPhase.Done, ended.Job.Phase);
        Assert.Equal(675, ended.Job.Outcome!.Counts.Frames);
        Assert.Equal(RunFiles.Rows(alone), RunFiles.Rows(served));
        await RunFiles.AssertCommittedOnceAsync(served);
    }

    [Fact]
    public async Task Submit_TheSameAgain_IsTheSameJob_UntilItEnds()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        var engine = await OpenAsync(run);
        var first = await engine.SubmitAsync(new JobRequest { Corpus = "/made", Models = ["m"] }, default);
        var again = await engine.SubmitAsync(new JobRequest { Corpus = "/made", Models = ["m"] }, default);
        var other = await engine.SubmitAsync(new JobRequest { Corpus = "/made" }, default);
        Assert.Equal(first.Job.Id, again.Job.Id);
        Assert.NotEqual(first.Job.Id, other.Job.Id);
        await engine.ControlAsync(first.Job.Id, JobCommand.Cancel, default);
        Assert.NotEqual(first.Job.Id, (await engine.SubmitAsync(new JobRequest { Corpus = "/made", Models = ["m"] }, default)).Job.Id);
    }

    [Fact]
    public async Task Restart_TakesUpTheJob_AndTheWorkersLeases()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        var engine = await OpenAsync(run);
        var job = (await engine.SubmitAsync(new JobRequest { Corpus = "/made" }, default)).Job.Id;
        var me = new WorkerProfile("me", TestWorkers.OffersOf(run));
        IWorkSource work = engine;
        var plan = (await work.LeaseAsync(me, TimeSpan.Zero, default)).Item!;
        Assert.Equal(JobResult.Changed, await work.PlannedAsync(new StageTicket(job, plan.Stage!.Token), await new MadeWorkshop(run).PlanAsync(plan, default), default));
        var chunk = (await work.LeaseAsync(me, TimeSpan.Zero, default)).Item!;

        IWorkSource restarted = await OpenAsync(run);
        var ticket = new ChunkTicket(job, chunk.Partition, chunk.Chunk!.Token);
        Assert.Equal(LedgerResult.Accepted, await restarted.HeartbeatAsync("me", ticket, default));
        var next = (await restarted.LeaseAsync(me, TimeSpan.Zero, default)).Item!;
        Assert.NotEqual(chunk.Chunk.Token.Chunk, next.Chunk!.Token.Chunk);
    }

    [Fact]
    public async Task Pause_StopsLeasing_Resume_GoesOn_Cancel_TellsTheWorkers()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        var engine = await OpenAsync(run);
        var job = (await engine.SubmitAsync(new JobRequest { Corpus = "/made" }, default)).Job.Id;
        var me = new WorkerProfile("me", TestWorkers.OffersOf(run));
        IWorkSource work = engine;
        var plan = (await work.LeaseAsync(me, TimeSpan.Zero, default)).Item!;
        await work.PlannedAsync(new StageTicket(job, plan.Stage!.Token), await new MadeWorkshop(run).PlanAsync(plan, default), default);
        var chunk = (await work.LeaseAsync(me, TimeSpan.Zero, default)).Item!;
        var ticket = new ChunkTicket(job, chunk.Partition, chunk.Chunk!.Token);

        Assert.Equal(JobResult.Changed, await engine.ControlAsync(job, JobCommand.Pause, default));
        Assert.Null((await work.LeaseAsync(me, TimeSpan.Zero, default)).Item);
        Assert.Equal(LedgerResult.Accepted, await work.HeartbeatAsync("me", ticket, default));
        Assert.Equal(JobResult.Changed, await engine.ControlAsync(job, JobCommand.Resume, default));
        Assert.NotNull((await work.LeaseAsync(me, TimeSpan.Zero, default)).Item);
        Assert.Equal(JobResult.Changed, await engine.ControlAsync(job, JobCommand.Cancel, default));
        Assert.Equal(LedgerResult.LeaseLost, await work.HeartbeatAsync("me", ticket, default));
        Assert.Null((await work.LeaseAsync(me, TimeSpan.Zero, default)).Item);
        Assert.Equal(JobPhase.Cancelled, (await JobStore.TryReadAsync(run.Objects, job, default))!.Phase);
    }

    [Fact]
    public async Task NobodyCanDoIt_IsSaidAtOnce()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        var engine = await OpenAsync(run);
        var job = (await engine.SubmitAsync(new JobRequest { Corpus = "/made", Requires = "device:cuda" }, default)).Job.Id;
        Assert.Equal(["no worker is connected"], (await engine.FindAsync(job, default))!.Notes);
        await using var workers = new TestWorkers();
        workers.Start(engine, new MadeWorkshop(run), TestWorkers.OffersOf(run));
        var status = await engine.UntilAsync(job, s => s.Blocked.Count > 0 && s.Notes is not ["no worker is connected"]);
        Assert.Equal("device:cuda", status.Blocked[0].Requires);
        Assert.Equal(["the corpus cannot be planned: that needs device:cuda; no worker offers it"], status.Notes);
    }

    [Fact]
    public async Task PoisonChunk_IsGivenUp_TheRestIsDone_AndRetryByReasonTakesItUpAgain()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        var engine = await OpenAsync(run);
        var isPoison = true;
        var workshop = new MadeWorkshop(run, () => new Poisoned(new MadeProcessor(run.Videos), () => isPoison));
        await using var workers = new TestWorkers();
        workers.Start(engine, workshop, TestWorkers.OffersOf(run), name: "w1");
        workers.Start(engine, workshop, TestWorkers.OffersOf(run), name: "w2");
        var job = (await engine.SubmitAsync(new JobRequest { Corpus = "/made" }, default)).Job.Id;
        var ended = await engine.UntilEndedAsync(job);
        Assert.Equal((JobPhase.Done, 1), (ended.Job.Phase, ended.Job.Outcome!.Failures));

        Assert.Equal(new RetryStatus(JobResult.Unchanged, 0), await engine.RetryAsync(job, "timeout", default));
        isPoison = false;
        Assert.Equal(new RetryStatus(JobResult.Changed, 1), await engine.RetryAsync(job, "decode", default));
        ended = await engine.UntilEndedAsync(job);
        Assert.Equal((JobPhase.Done, 0), (ended.Job.Phase, ended.Job.Outcome!.Failures));
        await RunFiles.AssertCommittedOnceAsync(run);
    }

    /// <summary>The server, which labels by itself, died with two chunks in hand: both are tried in processes of their own, and one of these dies each time.</summary>
    [Fact]
    public async Task ChunksThatTheServerDiedOver_AreTriedAlone_ByTheNextOne()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        ChunkId poison = new(1, 3), well = new(0, 4);
        foreach (var chunk in new[] { poison, well, well })
        {
            await run.Store.WriteBegunAsync(new BegunRecord(BegunRecord.CurrentFormatVersion, chunk, new AttemptId(1, AttemptId.NewEpoch()), "gone", 1, DateTimeOffset.UnixEpoch), default);
        }

        var engine = await OpenAsync(run);
        var tried = new ConcurrentQueue<ChunkId>();
        var workshop = new MadeWorkshop(run, () => new Poisoned(new MadeProcessor(run.Videos), () => throw new InvalidOperationException("A suspect was labelled in this process.")))
        {
            RecordsBegun = true,
            TryAlone = async (chunk, cancellationToken) =>
            {
                tried.Enqueue(chunk.Id);
                if (chunk.Id == poison)
                {
                    return new ChunkFailure(FailureKind.WorkerLost, "signal 11");
                }

                await ChunkTrial.RunAsync(run.Bench(), chunk, TimeProvider.System, cancellationToken);
                return null;
            },
        };
        await using var workers = new TestWorkers();
        workers.Start(engine, workshop, TestWorkers.OffersOf(run));
        var job = (await engine.SubmitAsync(new JobRequest { Corpus = "/made" }, default)).Job.Id;
        var ended = await engine.UntilEndedAsync(job);

        Assert.Equal((JobPhase.Done, 1), (ended.Job.Phase, ended.Job.Outcome!.Failures));
        Assert.Equal((3, 1), (tried.Count(chunk => chunk == poison), tried.Count(chunk => chunk == well)));
        Assert.Empty(Directory.GetFiles(Path.Combine(run.Folder, run.Store.Layout.BegunPrefix)));
        Assert.Equal(675 - 20, ended.Job.Outcome.Counts.Frames - ended.Job.Outcome.Counts.Failed);
    }

    [Fact]
    public async Task Leave_WhileWorking_GivesTheChunkBack_WithoutAFailure()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        var engine = await OpenAsync(run);
        var entered = new SemaphoreSlim(0);
        var blocking = true;
        var workshop = new MadeWorkshop(run, () => new Held(new MadeProcessor(run.Videos), entered, () => blocking));
        await using (var workers = new TestWorkers())
        {
            var leave = workers.Start(engine, workshop, TestWorkers.OffersOf(run), lanes: 1);
            var job = (await engine.SubmitAsync(new JobRequest { Corpus = "/made" }, default)).Job.Id;
            Assert.True(await entered.WaitAsync(TimeSpan.FromSeconds(30)));
            await leave.CancelAsync();
        }

        blocking = false;
        await using var others = new TestWorkers();
        others.Start(engine, workshop, TestWorkers.OffersOf(run));
        var only = (await engine.ListAsync(default)).Single();
        var ended = await engine.UntilEndedAsync(only.Job.Id);
        Assert.Equal(0, ended.Progress!.Value.FailedAttempts);
        await RunFiles.AssertCommittedOnceAsync(run);
    }

    private static Task<LocalJobEngine> OpenAsync(StoredRun run) =>
        LocalJobEngine.OpenAsync(run.Objects, new Workplace(run.Folder, []), ServingOptions.Default, TimeProvider.System, default);

    private sealed class Poisoned(IChunkProcessor inner, Func<bool> isPoison) : IChunkProcessor
    {
        public Task<ChunkOutcome> ProcessAsync(ChunkJob job, IChunkObserver observer, CancellationToken cancellationToken) =>
            job.Chunk.Id == new ChunkId(1, 3) && isPoison()
                ? Task.FromResult<ChunkOutcome>(new ChunkOutcome.Failed(new ChunkFailure(FailureKind.Decode, "poison")))
                : inner.ProcessAsync(job, observer, cancellationToken);

        public void Dispose() => inner.Dispose();
    }

    private sealed class Held(IChunkProcessor inner, SemaphoreSlim entered, Func<bool> blocks) : IChunkProcessor
    {
        public async Task<ChunkOutcome> ProcessAsync(ChunkJob job, IChunkObserver observer, CancellationToken cancellationToken)
        {
            if (blocks())
            {
                entered.Release();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return await inner.ProcessAsync(job, observer, cancellationToken);
        }

        public void Dispose() => inner.Dispose();
    }
}

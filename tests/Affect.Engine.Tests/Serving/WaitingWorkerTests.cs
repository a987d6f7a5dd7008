using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Engine.Serving;
using Affect.Engine.Tests.Fixtures;
using Affect.Engine.Working;

namespace Affect.Engine.Tests.Serving;

/// <summary>Workers that wait for work at the engine whose clock stands still: what they get, they get because it came.</summary>
public sealed class WaitingWorkerTests
{
    private static readonly WorkerProfile First = PlannedJob.Worker("first"), Second = PlannedJob.Worker("second");

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Submission_AndPlan_WakeThem()
    {
        using var run = await StoredRun.CreateAsync([new("a.mp4", 230, StoredRun.SomeFace)]);
        var engine = await LocalJobEngine.OpenAsync(run.Objects, new Workplace(run.Folder, []), ServingOptions.Default, _time, default);
        WorkerProfile me = new("me", TestWorkers.OffersOf(run)), other = new("other", TestWorkers.OffersOf(run));
        var mine = await WaitAsync(engine, me);
        var job = (await engine.SubmitAsync(new JobRequest { Corpus = "/made" }, default)).Job.Id;
        var planning = (await mine).Item!;
        Assert.Equal(JobPhase.Planning, planning.Stage!.Token.Stage);

        var others = await WaitAsync(engine, other);
        await engine.Work.PlannedAsync(new StageTicket(job, planning.Stage.Token), await new MadeWorkshop(run).PlanAsync(planning, default), default);
        Assert.NotNull((await others).Item!.Chunk);
    }

    [Fact]
    public async Task StageAndChunkGivenBack_WakeThem()
    {
        using var job = await PlannedJob.CreateAsync(1);
        var engine = await job.OpenAsync(_time);
        var held = await LeaseAsync(engine, First);
        var waiting = await WaitAsync(engine, Second);
        await engine.Work.ReleaseAsync(job.Ticket(held), default);
        var again = (await waiting).Item!;
        Assert.Equal(held.Chunk!.Token.Chunk, again.Chunk!.Token.Chunk);

        await engine.Work.CompleteAsync(job.Ticket(again), PlannedJob.Counts, default);
        var finalising = (await LeaseAsync(engine, First)).Stage!;
        waiting = await WaitAsync(engine, Second);
        await engine.Work.ReleaseStageAsync(new StageTicket(job.Id, finalising.Token), default);
        Assert.Equal(JobPhase.Finalising, (await waiting).Item!.Stage!.Token.Stage);
    }

    /// <summary>Whoever completes the last chunk may be leaving: the one that waits finalises.</summary>
    [Fact]
    public async Task LastChunk_WakesThemToFinalise()
    {
        using var job = await PlannedJob.CreateAsync(2);
        var engine = await job.OpenAsync(_time);
        WorkItem[] held = [await LeaseAsync(engine, First), await LeaseAsync(engine, First)];
        var waiting = await WaitAsync(engine, Second);
        await engine.Work.CompleteAsync(job.Ticket(held[0]), PlannedJob.Counts, default);
        Assert.False(waiting.IsCompleted);
        await engine.Work.CompleteAsync(job.Ticket(held[1]), PlannedJob.Counts, default);
        Assert.Equal(JobPhase.Finalising, (await waiting).Item!.Stage!.Token.Stage);
    }

    [Fact]
    public async Task Resumption_WakesThem()
    {
        using var job = await PlannedJob.CreateAsync(1);
        var engine = await job.OpenAsync(_time);
        await engine.ControlAsync(job.Id, JobCommand.Pause, default);
        var waiting = await WaitAsync(engine, First);
        await engine.ControlAsync(job.Id, JobCommand.Resume, default);
        Assert.NotNull((await waiting).Item!.Chunk);
    }

    [Fact]
    public async Task Worker_ThatIsToldToLeave_DoesNotWaitOn()
    {
        using var job = await PlannedJob.CreateAsync(1);
        var engine = await job.OpenAsync(_time);
        await engine.ControlAsync(job.Id, JobCommand.Pause, default);
        using var leave = new CancellationTokenSource();
        var options = new WorkerHostOptions { Name = "w", Version = "test", Lanes = 2, Device = "cpu", Decoder = "cpu", Offers = First.Offers };
        var working = new WorkerHost(engine, new NoWork(), options, TimeProvider.System, TestLog.Loggers).RunAsync(leave.Token);
        await _time.UntilSetAsync(2);
        await leave.CancelAsync();
        await working;
        Assert.Empty(await engine.WorkersAsync(default));
    }

    private static async Task<WorkItem> LeaseAsync(LocalJobEngine engine, WorkerProfile worker) => (await engine.Work.LeaseAsync(worker, TimeSpan.Zero, default)).Item!;

    /// <summary>Returns when the worker waits.</summary>
    private async Task<Task<WorkReply>> WaitAsync(LocalJobEngine engine, WorkerProfile worker)
    {
        var waiting = engine.Work.LeaseAsync(worker, WorkBell.LongestWait, default);
        await _time.UntilSetAsync();
        Assert.False(waiting.IsCompleted);
        return waiting;
    }

    private sealed class NoWork : IWorkshop
    {
        public Task<RunBench> OpenAsync(Core.Runs.RunId run, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Core.Runs.RunId> PlanAsync(WorkItem item, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<JobOutcome> FinaliseAsync(WorkItem item, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}

using Affect.Cluster.Tests.Fixtures;
using Affect.Core.Jobs;
using Affect.Engine.Serving;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Cluster.Tests.InProcess;

public sealed class ClusterJobEngineTests
{
    private static readonly MadeVideo[] Videos =
        [new("a.mp4", 230, StoredRun.SomeFace), new("b/c.mp4", 410, StoredRun.SomeFace), new("d.mp4", 35, _ => null)];

    [Fact]
    public async Task Job_OnThreeSilos_GivesTheRowsOfTheLocalRun()
    {
        using var alone = await StoredRun.CreateAsync(Videos);
        await alone.LabelAsync();
        using var served = await StoredRun.CreateAsync(Videos);
        await using var cluster = await InProcessCluster.StartAsync(served, 3);
        var engine = cluster.Engine;
        await using var workers = new TestWorkers();
        workers.Start(engine, new MadeWorkshop(served), TestWorkers.OffersOf(served));
        workers.Start(engine, new MadeWorkshop(served), TestWorkers.OffersOf(served));

        var job = await engine.SubmitAsync(new JobRequest { Corpus = "/made" }, default);
        var ended = await engine.UntilEndedAsync(job.Job.Id);

        Assert.Equal(JobPhase.Done, ended.Job.Phase);
        Assert.Equal(675, ended.Job.Outcome!.Counts.Frames);
        Assert.Equal(RunFiles.Rows(alone), RunFiles.Rows(served));
        await RunFiles.AssertCommittedOnceAsync(served);
        // A pool that moved to another silo hears of the workers again at their next announcement.
        await engine.UntilAsync(job.Job.Id, _ => engine.WorkersAsync(default).GetAwaiter().GetResult().Count == 2);
        Assert.Contains(await engine.EventsAsync(job.Job.Id, 0, default) ?? [], e => e.Text.StartsWith("planned: run", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Silos_KilledOneAfterTheOther_CostNoChunk()
    {
        var videos = new[] { new MadeVideo("a.mp4", 4000, StoredRun.SomeFace), new MadeVideo("b.mp4", 2000, StoredRun.SomeFace) };
        using var alone = await StoredRun.CreateAsync(videos);
        await alone.LabelAsync();
        using var served = await StoredRun.CreateAsync(videos);
        await using var cluster = await InProcessCluster.StartAsync(served, 3);
        var engine = cluster.Engine;
        await using var workers = new TestWorkers();
        // Slow enough that each kill meets the run in its midst.
        var workshop = new MadeWorkshop(served, () => new MadeProcessor(served.Videos, () => Thread.Sleep(40)));
        workers.Start(engine, workshop, TestWorkers.OffersOf(served));
        workers.Start(engine, workshop, TestWorkers.OffersOf(served));
        var job = (await engine.SubmitAsync(new JobRequest { Corpus = "/made" }, default)).Job.Id;
        foreach (var share in (double[])[0.2, 0.5])
        {
            await engine.UntilAsync(job, s => s.Progress is { } p && p.Done >= share * p.Chunks, 120);
            await cluster.Cluster.KillSiloAsync(cluster.Cluster.Silos[^1]);
        }

        var ended = await engine.UntilEndedAsync(job, 180);

        Assert.Equal((JobPhase.Done, 0), (ended.Job.Phase, ended.Job.Outcome!.Failures));
        Assert.Equal(RunFiles.Rows(alone), RunFiles.Rows(served));
        await RunFiles.AssertCommittedOnceAsync(served);
    }

    [Fact]
    public async Task Controls_ReachTheJob_AndUnknownJobsAreNull()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        await using var cluster = await InProcessCluster.StartAsync(run, 1);
        var engine = cluster.Engine;
        var job = (await engine.SubmitAsync(new JobRequest { Corpus = "/made", Requires = "device:cuda" }, default)).Job.Id;
        Assert.Equal(job, (await engine.SubmitAsync(new JobRequest { Corpus = "/made", Requires = "device:cuda" }, default)).Job.Id);
        Assert.Equal(JobResult.Changed, await engine.ControlAsync(job, JobCommand.Pause, default));
        Assert.True((await engine.FindAsync(job, default))!.Job.IsPaused);
        Assert.Equal(JobResult.Changed, await engine.ControlAsync(job, JobCommand.Cancel, default));
        Assert.Equal(JobResult.NotNow, await engine.ControlAsync(job, JobCommand.Pause, default));
        Assert.Equal(new RetryStatus(JobResult.Changed, 0), await engine.RetryAsync(job, null, default));
        Assert.Equal(JobPhase.Planning, (await engine.ListAsync(default)).Single().Job.Phase);

        var nobody = JobId.New();
        Assert.Null(await engine.FindAsync(nobody, default));
        Assert.Null(await engine.ControlAsync(nobody, JobCommand.Pause, default));
        Assert.Null(await engine.RetryAsync(nobody, null, default));
        Assert.Null(await engine.EventsAsync(nobody, 0, default));
        await Assert.ThrowsAsync<ArgumentException>(() => engine.SubmitAsync(new JobRequest { Corpus = " " }, default));
    }
}

public sealed class WorkersOfAClusterTests
{
    /// <summary>The clients' clock stands still, so that asking again after a while brings nothing: the pool rings.</summary>
    [Fact]
    public async Task Waiting_AreWokenByTheSubmission_AndByThePlan()
    {
        using var run = await StoredRun.CreateAsync([new("a.mp4", 230, StoredRun.SomeFace)]);
        await using var cluster = await InProcessCluster.StartAsync(run, 2);
        var (time, offers) = (new ManualTime(), TestWorkers.OffersOf(run));
        IWorkSource first = cluster.Client(time), second = cluster.Client(time);
        var waiting = first.LeaseAsync(new("first", offers), WorkBell.LongestWait, default);
        await time.UntilSetAsync();
        var job = (await cluster.Engine.SubmitAsync(new JobRequest { Corpus = "/made" }, default)).Job.Id;
        var planning = (await waiting.WaitAsync(TimeSpan.FromSeconds(60))).Item!;
        Assert.Equal(JobPhase.Planning, planning.Stage!.Token.Stage);

        waiting = second.LeaseAsync(new("second", offers), WorkBell.LongestWait, default);
        await time.UntilSetAsync();
        await first.PlannedAsync(new StageTicket(job, planning.Stage.Token), await new MadeWorkshop(run).PlanAsync(planning, default), default);
        Assert.NotNull((await waiting.WaitAsync(TimeSpan.FromSeconds(60))).Item!.Chunk);
    }

    [Fact]
    public async Task Announced_AreListed_UntilTheyLeave()
    {
        using var run = await StoredRun.CreateAsync([new("a.mp4", 35, _ => null)]);
        await using var cluster = await InProcessCluster.StartAsync(run, 1);
        IWorkSource work = cluster.Engine;
        var worker = new WorkerAnnouncement { Name = "w", Host = "h", Version = "1", Device = "cpu", Decoder = "cpu", Offers = ["a:b"], Lanes = [new LaneState(null, null, null, 0, 0)] };
        await work.AnnounceAsync(worker, default);
        var listed = Assert.Single(await cluster.Engine.WorkersAsync(default));
        Assert.Equal("w", listed.Announcement.Name);
        await work.LeaveAsync("w", default);
        Assert.Empty(await cluster.Engine.WorkersAsync(default));
    }
}

using System.Globalization;
using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Fleets;

/// <summary>
/// What must hold whichever engine coordinates: processes are killed, stopped, cut off and replaced while a run goes on, and it ends with the rows of an undisturbed one.
/// The order of the faults is seeded; AFFECT_SEED repeats one.
/// </summary>
public abstract class FleetFaultTests(ITestOutputHelper output)
{
    private static readonly TimeSpan CutFor = TimeSpan.FromSeconds(30);

    protected ITestOutputHelper Output { get; } = output;

    [Fact]
    public async Task Run_AmidFaultsOfEveryKind_EndsWithTheRowsOfAnUndisturbedOne()
    {
        var seed = Environment.GetEnvironmentVariable("AFFECT_SEED") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 20261125;
        Output.WriteLine($"AFFECT_SEED={seed}");
        var random = new Random(seed);
        using var box = new Sandbox();
        FleetCorpus.AddLong(box);
        var undisturbed = await FleetCorpus.UndisturbedAsync(FleetCorpus.AddLong);
        await using var fleet = NewFleet(box, new CutNetwork());
        await fleet.StartAsync();
        fleet.Ffmpeg.SetDelay(3);
        FleetWorker[] near = [fleet.StartWorker(), fleet.StartWorker()];
        var far = fleet.StartWorker(isBeyondTheCut: true);
        var job = await fleet.SubmitAsync();
        await fleet.RecoveredAsync(DateTimeOffset.MinValue, far);

        Fault[] faults = [.. fleet.Faults, new("worker killed", () => KillAsync(fleet, near[0])), new("worker stopped past its lease", () => PauseAsync(fleet, near[1]))];
        random.Shuffle(faults);
        await fleet.BusyAsync(far);
        fleet.Network!.Cut();
        var cut = DateTimeOffset.UtcNow;
        fleet.Say("network cut");
        foreach (var fault in faults)
        {
            await InflictAsync(fleet, fault);
            await HealAsync(fleet, cut, onlyIfDue: true);
        }

        await HealAsync(fleet, cut, onlyIfDue: false);
        var healed = DateTimeOffset.UtcNow;
        await fleet.HealedAsync();
        fleet.Say($"the worker that was cut off has done a chunk {Seconds(await fleet.RecoveredAsync(healed, far))} after the cable was whole");
        foreach (var fault in fleet.LateFaults)
        {
            await InflictAsync(fleet, fault);
        }

        Assert.Equal(JobPhase.Running, (await fleet.StatusAsync(job))!.Job.Phase);
        fleet.Ffmpeg.SetDelay(0);

        var run = await fleet.WatchAsync(job, 0);
        run.AssertSound();
        Assert.Empty(run.Failures());
        LabelTable.AssertSame(undisturbed, run.Labels());
        await AssertDrainedAsync(fleet, far);
    }

    [Fact]
    public async Task Run_WhileEveryProcessIsReplacedByANewerBuild_EndsWithTheSameRows()
    {
        var next = await FleetBuild.NextAsync();
        using var box = new Sandbox();
        FleetCorpus.AddLong(box);
        var undisturbed = await FleetCorpus.UndisturbedAsync(FleetCorpus.AddLong);
        await using var fleet = NewFleet(box, null);
        await fleet.StartAsync();
        fleet.Ffmpeg.SetDelay(2);
        FleetWorker[] old = [fleet.StartWorker(), fleet.StartWorker()];
        var job = await fleet.SubmitAsync();
        await fleet.RecoveredAsync(DateTimeOffset.MinValue);

        fleet.Build = next;
        foreach (var (name, replaceAsync) in (IEnumerable<(string, Func<Task>)>)[("first worker", () => ReplaceAsync(fleet, old[0])), .. fleet.Replacements, ("last worker", () => ReplaceAsync(fleet, old[1]))])
        {
            fleet.Say($"replacing: {name}");
            var since = DateTimeOffset.UtcNow;
            await replaceAsync();
            await fleet.RecoveredAsync(since);
        }

        Assert.Equal(JobPhase.Running, (await fleet.StatusAsync(job))!.Job.Phase);
        Assert.All((await fleet.WorkersAsync()).Where(w => !w.IsLost), w => Assert.Equal(FleetBuild.NextVersion, w.Announcement.Version));
        fleet.Ffmpeg.SetDelay(0);
        var run = await fleet.WatchAsync(job, 0);
        run.AssertSound();
        Assert.Empty(run.Failures());
        // Told to leave, nobody loses a chunk: none of the attempts failed.
        Assert.Equal(0, run.Status.Progress?.FailedAttempts ?? 0);
        Assert.False(Directory.Exists(Path.Combine(run.Location, "failed")) && Directory.EnumerateFiles(Path.Combine(run.Location, "failed")).Any());
        LabelTable.AssertSame(undisturbed, run.Labels());
    }

    [Fact]
    public async Task Chunk_ThatKillsItsWorker_DoesSoOnce_AndIsGivenUpWithTheCommandThatReproducesIt()
    {
        using var box = new Sandbox();
        FleetCorpus.AddShort(box);
        var undisturbed = await FleetCorpus.UndisturbedAsync(FleetCorpus.AddShort);
        box.Add(Clips.Tiny(".mp4", "libx264"), "poison.mp4");
        await using var fleet = NewFleet(box, null);
        await fleet.StartAsync();
        var victim = fleet.StartWorker();
        var watching = fleet.WatchAsync(await fleet.SubmitAsync(), 3);
        await victim.Process.WaitAsync();
        // The only one there is, as its supervisor starts it again: it makes all other attempts.
        var survivor = fleet.StartWorker();
        var run = await watching;
        run.AssertSound();
        var failure = Assert.Single(run.Failures());
        Assert.Equal(("poison.mp4", FailureReasons.Of(FailureKind.WorkerLost), 3), (failure.Video, failure.Reason, failure.Attempts));
        Assert.StartsWith($"affect run {Path.Combine(box.Corpus, "poison.mp4")}", failure.Command, StringComparison.Ordinal);
        Assert.Contains("signal 9", failure.Message, StringComparison.Ordinal);
        Assert.False(survivor.Process.HasExited);
        await AssertDrainedAsync(fleet, survivor);
        foreach (var video in undisturbed.Videos)
        {
            LabelTable.AssertSame(undisturbed.Of(video), run.Labels().Of(video));
        }
    }

    [Fact]
    public async Task Run_ThatNobodyCanDo_SaysWhatIsMissing_AndGoesOnWhenSomebodyComes()
    {
        using var box = new Sandbox();
        box.Add(Clips.Get("av1.mp4"));
        await using var fleet = NewFleet(box, null);
        await fleet.StartAsync();
        var unmet = await fleet.SubmitAsync("--requires", "device:quantum");
        Assert.Contains("no worker is connected", (await fleet.StatusAsync(unmet))!.Notes);
        await fleet.ConnectedAsync(fleet.StartWorker(ffmpeg: new FleetFfmpeg(box, "ffmpeg-without-av1", lacks: "av1")));
        Assert.Contains((await fleet.StatusAsync(unmet))!.Notes, n => n.Contains("device:quantum", StringComparison.Ordinal) && n.Contains("no worker offers it", StringComparison.Ordinal));

        var blocked = await fleet.SubmitAsync();
        await fleet.NotedAsync(blocked, "codec:av1; no worker offers it");
        fleet.StartWorker();
        var run = await fleet.WatchAsync(blocked, 0);
        run.AssertSound();
        Assert.Equal(75, run.Status.Job.Outcome!.Counts.Frames);
    }

    private protected abstract Fleet NewFleet(Sandbox box, CutNetwork? network);

    private static async Task InflictAsync(Fleet fleet, Fault fault)
    {
        var since = DateTimeOffset.UtcNow;
        fleet.Say(fault.Name);
        await fault.InflictAsync();
        var whole = DateTimeOffset.UtcNow - since;
        fleet.Say($"{fault.Name}: all there again after {Seconds(whole)}, a chunk begun since then done after {Seconds(await fleet.RecoveredAsync(since))}");
    }

    private static async Task KillAsync(Fleet fleet, FleetWorker worker)
    {
        await fleet.BusyAsync(worker);
        worker.Process.Kill();
        await worker.Process.WaitAsync();
        await fleet.ConnectedAsync(fleet.StartWorker());
    }

    /// <summary>Stopped, with a chunk in hand, for two leases; then it goes on with what is somebody else's by now.</summary>
    private static async Task PauseAsync(Fleet fleet, FleetWorker worker)
    {
        await fleet.BusyAsync(worker);
        worker.Process.Signal(AffectProcess.Stop);
        await Task.Delay(TimeSpan.FromSeconds(2 * Fleet.LeaseSeconds));
        worker.Process.Signal(AffectProcess.Continue);
        await fleet.RecoveredAsync(DateTimeOffset.UtcNow, worker);
    }

    private static async Task ReplaceAsync(Fleet fleet, FleetWorker worker)
    {
        await fleet.BusyAsync(worker);
        await fleet.ConnectedAsync(fleet.StartWorker());
        await fleet.StopWorkerAsync(worker);
    }

    private static async Task HealAsync(Fleet fleet, DateTimeOffset cut, bool onlyIfDue)
    {
        var left = CutFor - (DateTimeOffset.UtcNow - cut);
        if (fleet.Network!.IsCut && !(onlyIfDue && left > TimeSpan.Zero))
        {
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            fleet.Network.Heal();
            fleet.Say($"network healed after {Seconds(DateTimeOffset.UtcNow - cut)}");
        }
    }

    /// <summary>Told to end, the worker leaves with exit code 0 and says who it was.</summary>
    private static async Task AssertDrainedAsync(Fleet fleet, FleetWorker worker)
    {
        await fleet.StopWorkerAsync(worker);
        Assert.DoesNotContain(await fleet.WorkersAsync(), w => worker.Is(w.Announcement.Name));
    }

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:F1} s");
}

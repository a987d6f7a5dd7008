using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Ledger;

/// <summary>One step of a random history.</summary>
public sealed record LedgerStep(LedgerAction Action, int Who, int Which, int Amount);

public enum LedgerAction
{
    Lease,
    Heartbeat,
    Complete,
    Fail,
    Release,
    Tick,
    Jump,
    WallClockJump,
    LoseWorker,
    Crash,
    CrashLosingRecords,
    Requeue,
}

/// <summary>
/// Drives a ledger through a history and checks after every step what must always hold, against a storage that survives crashes. Workers are hostile:
/// they use any token that was ever given, in any order, as often as they like.
/// </summary>
internal sealed class LedgerModel
{
    private static readonly string[] Workers = ["a", "b", "c"];

    private readonly ManualTime _time = new();
    private readonly ChunkSpec[] _plan;
    private readonly LedgerOptions _options;
    private readonly Dictionary<ChunkId, DoneChunk> _markers = [];
    private readonly List<FailedAttempt> _failureFiles = [];
    private readonly List<LeaseToken> _tokens = [];
    private readonly HashSet<LeaseToken> _everGiven = [];
    private ChunkLedger _ledger;

    public LedgerModel(int[] videos, LedgerOptions options)
    {
        _plan = LedgerFixture.Plan(videos);
        _options = options;
        _ledger = LedgerFixture.NewLedger(_plan, _time, options);
    }

    public int Crashes { get; private set; }

    public int Expiries { get; private set; }

    public int LateCompletions { get; private set; }

    public int Adoptions { get; private set; }

    public int Quarantines { get; private set; }

    public static Gen<LedgerStep[]> Histories() =>
        (from action in Gen.Frequency(
            (8, Gen.Constant(LedgerAction.Lease)),
            (3, Gen.Constant(LedgerAction.Heartbeat)),
            (3, Gen.Constant(LedgerAction.Complete)),
            (3, Gen.Constant(LedgerAction.Fail)),
            (2, Gen.Constant(LedgerAction.Release)),
            (3, Gen.Constant(LedgerAction.Tick)),
            (1, Gen.Elements(
                LedgerAction.Jump, LedgerAction.WallClockJump, LedgerAction.LoseWorker, LedgerAction.Crash, LedgerAction.CrashLosingRecords,
                LedgerAction.Requeue)))
         from who in Gen.Choose(0, Workers.Length - 1)
         from which in Gen.Choose(0, 1000)
         from amount in Gen.Choose(1, 30)
         select new LedgerStep(action, who, which, amount)).ArrayOf();

    public static Gen<LedgerOptions> Options() =>
        from attempts in Gen.Choose(1, 4)
        from speculate in Gen.Elements<double?>(null, 1.5)
        from order in Gen.Elements(LeaseOrder.Plan, LeaseOrder.VideoAffinity)
        select new LedgerOptions
        {
            MaxAttempts = attempts, SpeculateAfterMeans = speculate, Order = order, LeaseDuration = TimeSpan.FromSeconds(20), RetryDelay = TimeSpan.FromSeconds(2),
        };

    public void Run(IEnumerable<LedgerStep> steps)
    {
        foreach (var step in steps)
        {
            Do(step);
            Check();
        }
    }

    /// <summary>However bad the history, honest workers bring the run to its end within a bounded number of requests.</summary>
    public void Finish()
    {
        var requests = 0;
        while (!_ledger.Progress.IsFinished)
        {
            Assert.True(requests++ < 100 * (_plan.Length + 1), "no progress");
            var worker = Workers[requests % Workers.Length];
            var reply = _ledger.Lease(new WorkerProfile(worker), 1);
            Given(reply);
            foreach (var lease in reply.Leases)
            {
                MarkAndComplete(lease.Token);
            }

            _time.Advance(reply.RetryAfter);
            Check();
        }

        Assert.Equal(LeaseStatus.Finished, _ledger.Lease(new WorkerProfile("a"), 1).Status);
        var quarantined = _ledger.Quarantined();
        Assert.Equal(_plan.Length, _markers.Count + quarantined.Count);
        Assert.All(quarantined, chunk => Assert.False(_markers.ContainsKey(chunk.Chunk.Id)));
    }

    private void Do(LedgerStep step)
    {
        var worker = Workers[step.Who];
        LeaseToken? token = _tokens.Count == 0 ? null : _tokens[^(1 + (step.Which % Math.Min(_tokens.Count, 12)))];
        switch (step.Action)
        {
            case LedgerAction.Lease:
                Given(_ledger.Lease(new WorkerProfile(worker), 1 + (step.Amount % 3)));
                break;
            case LedgerAction.Heartbeat when token is { } t:
                var leased = _ledger.Progress.ActiveLeases;
                _ledger.Heartbeat(worker, t);
                Adoptions += _ledger.Progress.ActiveLeases - leased;
                break;
            case LedgerAction.Complete when token is { } t:
                MarkAndComplete(t);
                break;
            case LedgerAction.Fail when token is { } t:
                _ledger.Fail(worker, t, LedgerFixture.Decode);
                break;
            case LedgerAction.Release when token is { } t:
                _ledger.Release(t);
                break;
            case LedgerAction.Tick:
                _time.Advance(TimeSpan.FromSeconds(step.Amount));
                break;
            case LedgerAction.Jump:
                _time.Advance(TimeSpan.FromDays(step.Amount));
                break;
            case LedgerAction.WallClockJump:
                _time.MoveWallClock(TimeSpan.FromDays((step.Which % 2 * 2 * step.Amount) - step.Amount));
                _time.MoveMonotonicClock(TimeSpan.FromSeconds(-(step.Amount % 3)));
                break;
            case LedgerAction.LoseWorker:
                _ledger.LoseWorker(worker);
                break;
            case LedgerAction.Crash:
                Crash(recordsAreLost: false);
                break;
            case LedgerAction.CrashLosingRecords:
                Crash(recordsAreLost: true);
                break;
            case LedgerAction.Requeue:
                var requeued = _ledger.Requeue(chunk => (chunk.Chunk.Id.Chunk + step.Which) % 2 == 0);
                StoreFailures();
                _failureFiles.RemoveAll(file => requeued.Any(chunk => chunk.Chunk.Id == file.Token.Chunk));
                break;
        }
    }

    private void Given(LeaseReply reply)
    {
        foreach (var lease in reply.Leases)
        {
            Assert.True(_everGiven.Add(lease.Token), $"{lease.Token} was given before");
            Assert.False(_markers.ContainsKey(lease.Chunk.Id), $"{lease.Chunk.Id} is done and was leased");
            _tokens.Add(lease.Token);
        }
    }

    /// <summary>What a worker does at its end: the conditional create of the marker, then the message, for whose answer the marker decides.</summary>
    private void MarkAndComplete(LeaseToken token)
    {
        var isFirst = _markers.TryAdd(token.Chunk, new DoneChunk(token.Chunk, token.Attempt, LedgerFixture.Ten));
        if (!isFirst && _markers[token.Chunk].Attempt != token.Attempt)
        {
            return;
        }

        LateCompletions += isFirst && _ledger.Heartbeat("a", token) == LedgerResult.LeaseLost ? 1 : 0;
        Assert.Equal(LedgerResult.Accepted, _ledger.Complete(token, LedgerFixture.Ten));
    }

    private void Crash(bool recordsAreLost)
    {
        if (!recordsAreLost)
        {
            StoreFailures();
        }

        Crashes++;
        _ledger = new ChunkLedger(_plan, _options, _time, AttemptId.NewEpoch(), _markers.Values, _failureFiles);
    }

    private void StoreFailures()
    {
        var failures = _ledger.TakeNewFailures();
        Expiries += failures.Count(failure => failure.Failure.Kind == Affect.Core.Failures.FailureKind.WorkerLost);
        _failureFiles.AddRange(failures);
    }

    private void Check()
    {
        var progress = _ledger.Progress;
        Assert.Equal(_plan.Length, progress.Chunks);
        Assert.Equal(_plan.Length, progress.Pending + progress.Leased + progress.Done + progress.Quarantined);
        Assert.True(progress.Pending >= 0 && progress.Leased >= 0 && progress.Quarantined >= 0);
        Assert.InRange(progress.ActiveLeases, progress.Leased, 2 * progress.Leased);
        Assert.Equal(_markers.Count, progress.Done);
        Assert.Equal(new FrameCounts(10L * _markers.Count, 6L * _markers.Count, 4L * _markers.Count, 0, 0, 7L * _markers.Count), progress.Counts);
        Assert.Equal(10L * _plan.Length, progress.TotalFrames);
        var quarantined = _ledger.Quarantined();
        Assert.Equal(quarantined.Count, progress.Quarantined);
        Assert.Equal(quarantined.Sum(q => (long)q.Chunk.FrameCount), progress.GivenUpFrames);
        Quarantines = Math.Max(Quarantines, quarantined.Count);
        Assert.All(quarantined, chunk =>
        {
            Assert.True(chunk.Failures.Count >= _options.MaxAttempts);
            Assert.Equal(chunk.Failures.Count, chunk.Failures.Select(failure => failure.Token).Distinct().Count());
            Assert.All(chunk.Failures, failure => Assert.Equal(chunk.Chunk.Id, failure.Token.Chunk));
        });
        Assert.Equal(progress.Pending, _ledger.BlockedFor([]).Sum(blocked => blocked.PendingChunks));
    }
}

using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using static Affect.Core.Tests.Ledger.LedgerFixture;

namespace Affect.Core.Tests.Ledger;

public sealed class LedgerRebuildTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Rebuild_LeasesOnlyWhatIsMissing_UnderNewNames()
    {
        var plan = Plan(4);
        var before = NewLedger(plan, _time);
        var leases = before.Lease(new WorkerProfile("a"), 3).Leases;
        before.Complete(leases[0].Token, Ten);
        before.Fail("a", leases[1].Token, Decode);

        var after = Rebuild(plan, [new DoneChunk(leases[0].Chunk.Id, leases[0].Attempt, Ten)], before.TakeNewFailures());
        Assert.Equal((1, 3, 1), (after.Progress.Done, after.Progress.Pending, after.Progress.FailedAttempts));
        Assert.Equal(Ten, after.Progress.Counts);
        var again = after.Lease(new WorkerProfile("a"), 10).Leases;
        Assert.Equal([plan[2], plan[3], plan[1]], again.Select(lease => lease.Chunk));
        Assert.Equal([1, 1, 2], again.Select(lease => lease.Attempt.Number));
        Assert.Empty(again.Select(lease => lease.Token).Intersect(leases.Select(lease => lease.Token)));
        Assert.Equal(LedgerResult.Accepted, after.Complete(leases[0].Token, Ten));
        Assert.Equal(Ten, after.Progress.Counts);
    }

    [Fact]
    public void Rebuild_KeepsQuarantine_AndRequeueGivesAFreshStart()
    {
        var plan = Plan(2);
        var ledger = NewLedger(plan, _time, new LedgerOptions { MaxAttempts = 2, RetryDelay = TimeSpan.Zero });
        ledger.Fail("a", ledger.One("a").Token, Decode);
        ledger.Complete(ledger.One("a").Token, Ten);
        ledger.Fail("a", ledger.One("a").Token, Decode);

        var after = new ChunkLedger(plan, new LedgerOptions { MaxAttempts = 2 }, _time, AttemptId.NewEpoch(), [], ledger.TakeNewFailures());
        Assert.Equal(1, after.Progress.Quarantined);
        Assert.Empty(after.Requeue(_ => false));
        var requeued = Assert.Single(after.Requeue(chunk => chunk.Failures.Any(failure => failure.Failure == Decode)));
        Assert.Equal(plan[0], requeued.Chunk);
        Assert.Equal((0, 2), (after.Progress.Quarantined, after.Progress.Pending));
        Assert.Equal((plan[0], 3), after.One("a") is var lease ? (lease.Chunk, lease.Attempt.Number) : default);
    }

    [Fact]
    public void Heartbeat_OfALeaseFromBeforeTheRestart_TakesItOver()
    {
        var plan = Plan(2);
        var old = NewLedger(plan, _time).One("a");
        var ledger = Rebuild(plan, [], []);
        Assert.Equal(LedgerResult.Accepted, ledger.Heartbeat("a", old.Token));
        Assert.Equal((1, 1, 1), (ledger.Progress.Leased, ledger.Progress.ActiveLeases, ledger.Progress.Pending));
        Assert.Equal(plan[1], ledger.One("b").Chunk);
        Assert.Equal(LedgerResult.Accepted, ledger.Release(old.Token));
        Assert.Equal(2, ledger.One("b").Attempt.Number);
    }

    [Fact]
    public void Fail_OfALeaseFromBeforeTheRestart_CountsOnce()
    {
        var plan = Plan(1);
        var old = NewLedger(plan, _time).One("a");
        var ledger = Rebuild(plan, [], []);
        Assert.Equal(LedgerResult.Accepted, ledger.Fail("a", old.Token, Decode));
        Assert.Equal(LedgerResult.LeaseLost, ledger.Fail("a", old.Token, Decode));
        Assert.Equal(LedgerResult.LeaseLost, ledger.Heartbeat("a", old.Token));
        Assert.Equal(1, ledger.Progress.FailedAttempts);
    }

    [Fact]
    public void Heartbeat_OfAnOldLease_WhoseChunkIsInOtherHands_IsLost()
    {
        var plan = Plan(1);
        var old = NewLedger(plan, _time).One("a");
        var ledger = Rebuild(plan, [], []);
        ledger.One("b");
        Assert.Equal(LedgerResult.LeaseLost, ledger.Heartbeat("a", old.Token));
    }

    [Fact]
    public void Rebuild_RefusesRecordsOfAnotherPlan()
    {
        var attempt = new AttemptId(1, AttemptId.NewEpoch());
        var stranger = new ChunkId(5, 0);
        Assert.Throws<ArgumentException>(() => Rebuild(Plan(1), [new DoneChunk(stranger, attempt, Ten)], []));
        Assert.Throws<ArgumentException>(() => Rebuild(Plan(1), [], [new FailedAttempt(new LeaseToken(stranger, attempt), "a", Decode, _time.GetUtcNow())]));
        Assert.Throws<ArgumentException>(() => Rebuild([.. Plan(2).Reverse()], [], []));
        Assert.Throws<ArgumentException>(() => new ChunkLedger(Plan(1), LedgerOptions.Default, _time, "short", [], []));
        Assert.Throws<ArgumentException>(() => NewLedger(Plan(1), _time, new LedgerOptions { MaxAttempts = 0 }));
    }

    [Theory]
    [InlineData("v000012-c00003.2-7q2k9m0x4c1d", true)]
    [InlineData("v000012-c00003.02-7q2k9m0x4c1d", false)]
    [InlineData("v000012-c00003.0-7q2k9m0x4c1d", false)]
    [InlineData("v000012-c00003.2-7q2k9m0x4c1l", false)]
    [InlineData("v000012-c00003.2-7q2k9m0x4c1", false)]
    [InlineData("v000012-c00003", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Token_ParsesItsOwnTextOnly(string? text, bool valid)
    {
        Assert.Equal(valid, LeaseToken.TryParse(text, out var token));
        Assert.True(!valid || token.ToString() == text);
    }

    [Fact]
    public void Epochs_AreRandomAndValid()
    {
        var epochs = Enumerable.Range(0, 1000).Select(_ => AttemptId.NewEpoch()).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(1000, epochs.Count);
        Assert.All(epochs, epoch => Assert.True(AttemptId.IsEpoch(epoch)));
    }

    private ChunkLedger Rebuild(IReadOnlyList<ChunkSpec> plan, IEnumerable<DoneChunk> done, IEnumerable<FailedAttempt> failures) =>
        new(plan, LedgerOptions.Default, _time, AttemptId.NewEpoch(), done, failures);
}

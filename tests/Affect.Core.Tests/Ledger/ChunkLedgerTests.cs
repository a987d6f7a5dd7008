using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using static Affect.Core.Tests.Ledger.LedgerFixture;

namespace Affect.Core.Tests.Ledger;

public sealed class ChunkLedgerTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Lease_GivesPlanOrder_EachChunkOnce()
    {
        var plan = Plan(2, 1);
        var ledger = NewLedger(plan, _time);
        var reply = ledger.Lease(new WorkerProfile("a"), 2);
        Assert.Equal([plan[0], plan[1]], reply.Leases.Select(lease => lease.Chunk));
        Assert.Equal(plan[2], ledger.One("b").Chunk);
        Assert.Equal(LeaseStatus.Wait, ledger.Status("c"));
    }

    [Fact]
    public void Complete_CountsOnce_WhateverComesAgain()
    {
        var ledger = NewLedger(Plan(1), _time);
        var lease = ledger.One("a");
        Assert.Equal(LedgerResult.Accepted, ledger.Complete(lease.Token, Ten));
        Assert.Equal(LedgerResult.Accepted, ledger.Complete(lease.Token, Ten));
        Assert.Equal(LedgerResult.AlreadyDone, ledger.Heartbeat("a", lease.Token));
        Assert.Equal(LedgerResult.AlreadyDone, ledger.Fail("a", lease.Token, Decode));
        Assert.Equal(LedgerResult.AlreadyDone, ledger.Release(lease.Token));
        Assert.Equal(Ten, ledger.Progress.Counts);
        Assert.True(ledger.Progress.IsFinished);
        Assert.Equal(LeaseStatus.Finished, ledger.Status("a"));
    }

    [Fact]
    public void Heartbeat_KeepsALease_SilenceLosesIt()
    {
        var ledger = NewLedger(Plan(1), _time);
        var first = ledger.One("a");
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(59));
            Assert.Equal(LedgerResult.Accepted, ledger.Heartbeat("a", first.Token));
        }

        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(LedgerResult.LeaseLost, ledger.Heartbeat("a", first.Token));
        var failure = Assert.Single(ledger.TakeNewFailures());
        Assert.Equal((first.Token, "a", FailureKind.WorkerLost), (failure.Token, failure.Worker, failure.Failure.Kind));

        _time.Advance(TimeSpan.FromSeconds(1));
        var second = ledger.One("b");
        Assert.Equal(2, second.Attempt.Number);
        Assert.NotEqual(first.Token, second.Token);
    }

    [Fact]
    public void Complete_AfterTheLeaseWasLost_StillWins_AndEndsTheOtherAttempt()
    {
        var ledger = NewLedger(Plan(1), _time);
        var slow = ledger.One("a");
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(LeaseStatus.Wait, ledger.Status("b"));
        _time.Advance(TimeSpan.FromSeconds(1));
        var other = ledger.One("b");
        Assert.Equal(LedgerResult.Accepted, ledger.Complete(slow.Token, Ten));
        Assert.Equal(LedgerResult.AlreadyDone, ledger.Heartbeat("b", other.Token));
        Assert.Equal(LedgerResult.AlreadyDone, ledger.Complete(other.Token, Ten));
        Assert.Equal((1, 0, 0), (ledger.Progress.Done, ledger.Progress.ActiveLeases, ledger.Progress.Leased));
        Assert.Equal(Ten, ledger.Progress.Counts);
    }

    [Fact]
    public void Fail_RetriesThenQuarantinesWithAllFailures()
    {
        var ledger = NewLedger(Plan(1), _time);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var lease = ledger.One("a");
            Assert.Equal(attempt, lease.Attempt.Number);
            Assert.Equal(LedgerResult.Accepted, ledger.Fail("a", lease.Token, Decode));
            Assert.Equal(attempt < 3 ? LedgerResult.LeaseLost : LedgerResult.Quarantined, ledger.Fail("a", lease.Token, Decode));
            Assert.Equal(attempt < 3 ? LeaseStatus.Wait : LeaseStatus.Finished, ledger.Status("a"));
            _time.Advance(TimeSpan.FromSeconds(attempt));
        }

        var quarantined = Assert.Single(ledger.Quarantined());
        Assert.Equal([1, 2, 3], quarantined.Failures.Select(failure => failure.Token.Attempt.Number));
        Assert.Equal(3, ledger.TakeNewFailures().Count);
        Assert.Empty(ledger.TakeNewFailures());
    }

    [Fact]
    public void Fail_WaitsBeforeTheRetry_AndSaysHowLong()
    {
        var ledger = NewLedger(Plan(1), _time, new LedgerOptions { RetryDelay = TimeSpan.FromMilliseconds(400) });
        ledger.Fail("a", ledger.One("a").Token, Decode);
        var reply = ledger.Lease(new WorkerProfile("a"), 1);
        Assert.Equal((LeaseStatus.Wait, TimeSpan.FromMilliseconds(400)), (reply.Status, reply.RetryAfter));
        _time.Advance(reply.RetryAfter);
        ledger.One("a");
    }

    [Fact]
    public void Release_CountsNothing_ButNeverReusesTheName()
    {
        var ledger = NewLedger(Plan(1), _time);
        var tokens = new HashSet<LeaseToken>();
        for (var i = 0; i < 10; i++)
        {
            var lease = ledger.One("a");
            Assert.True(tokens.Add(lease.Token));
            Assert.Equal(LedgerResult.Accepted, ledger.Release(lease.Token));
            Assert.Equal(LedgerResult.LeaseLost, ledger.Release(lease.Token));
        }

        Assert.Equal((1, 0, 0), (ledger.Progress.Pending, ledger.Progress.FailedAttempts, ledger.Progress.ActiveLeases));
    }

    [Fact]
    public void LoseWorker_FailsItsLeasesAtOnce()
    {
        var ledger = NewLedger(Plan(3), _time);
        ledger.Lease(new WorkerProfile("a"), 2);
        ledger.One("b");
        Assert.Equal(2, ledger.LoseWorker("a"));
        Assert.Equal((2, 1, 2), (ledger.Progress.Pending, ledger.Progress.Leased, ledger.Progress.FailedAttempts));
        Assert.Equal(0, ledger.LoseWorker("a"));
    }

    [Fact]
    public void Retry_GoesToAnotherWorker_AsLongAsOneIsAlive()
    {
        var ledger = NewLedger(Plan(1), _time);
        Assert.Equal(LeaseStatus.Granted, ledger.Status("a"));
        _time.Advance(TimeSpan.FromSeconds(61));

        // a held it when it was lost: b is alive and must take it.
        Assert.Equal(LeaseStatus.Wait, ledger.Status("b"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(LeaseStatus.Wait, ledger.Status("a"));
        var lease = ledger.One("b");
        ledger.Fail("b", lease.Token, Decode);
        _time.Advance(TimeSpan.FromSeconds(2));

        // Both failed: either may have it.
        ledger.One("a");
    }

    [Fact]
    public void Retry_GoesToTheSameWorker_WhenTheOthersAreGone()
    {
        var ledger = NewLedger(Plan(1), _time);
        var lease = ledger.One("a");
        Assert.Equal(LeaseStatus.Wait, ledger.Status("b"));
        ledger.Fail("a", lease.Token, Decode);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(LeaseStatus.Wait, ledger.Status("a"));
        _time.Advance(TimeSpan.FromSeconds(111));
        ledger.One("a");
    }

    [Fact]
    public void Requirements_KeepChunksFromWorkersThatCannot()
    {
        var plan = Plan(2);
        plan[0] = plan[0] with { Requires = RequirementTags.Join(["codec:av1"]) };
        var ledger = NewLedger(plan, _time);
        Assert.Equal(plan[1], Assert.Single(ledger.Lease(Worker("h264"), 5).Leases).Chunk);
        Assert.Equal([new BlockedChunks("codec:av1", 1)], ledger.BlockedFor([Worker("h264"), Worker("gpu", "device:cuda")]));
        Assert.Empty(ledger.BlockedFor([Worker("av1", "codec:av1")]));
        Assert.Equal(LeaseStatus.Wait, ledger.Lease(Worker("h264"), 1).Status);
        Assert.Equal(plan[0], Assert.Single(ledger.Lease(Worker("av1", "codec:av1", "device:cuda"), 5).Leases).Chunk);
        Assert.Empty(ledger.BlockedFor([Worker("h264")]));
    }

    [Fact]
    public void Requirements_NothingElseLeft_SaysNotEligible()
    {
        var plan = Plan(1);
        plan[0] = plan[0] with { Requires = "codec:av1" };
        Assert.Equal(LeaseStatus.NotEligible, NewLedger(plan, _time).Status("a"));
    }

    [Fact]
    public void VideoAffinity_KeepsWorkersOnTheirVideos_ThenShares()
    {
        var plan = Plan(4, 2, 2);
        var ledger = NewLedger(plan, _time, new LedgerOptions { Order = LeaseOrder.VideoAffinity });
        string[] asks = ["a", "b", "a", "b", "a", "b", "b", "a"];
        var got = asks.Select(worker => ledger.One(worker).Chunk.Id.ToString()).ToArray();
        Assert.Equal(
            ["v000000-c00000", "v000001-c00000", "v000000-c00001", "v000001-c00001", "v000000-c00002", "v000002-c00000", "v000002-c00001", "v000000-c00003"],
            got);
    }

    [Fact]
    public void Speculation_LeasesASlowChunkTwice_FirstToCompleteWins()
    {
        var ledger = NewLedger(Plan(3), _time, new LedgerOptions { SpeculateAfterMeans = 2, LeaseDuration = TimeSpan.FromHours(1) });
        var slow = ledger.One("a");
        foreach (var _ in new[] { 1, 2 })
        {
            var quick = ledger.One("b");
            _time.Advance(TimeSpan.FromSeconds(10));
            ledger.Complete(quick.Token, Ten);
        }

        Assert.Equal(LeaseStatus.Wait, ledger.Status("b"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(LeaseStatus.Wait, ledger.Status("a"));
        var second = ledger.One("b");
        Assert.True(second.IsSpeculative && second.IsSuspect && !slow.IsSuspect);
        Assert.Equal(slow.Chunk, second.Chunk);
        Assert.Equal(LeaseStatus.Wait, ledger.Status("c"));
        Assert.Equal((1, 2), (ledger.Progress.Leased, ledger.Progress.ActiveLeases));

        // One of the two failing leaves the other at work.
        Assert.Equal(LedgerResult.Accepted, ledger.Fail("a", slow.Token, Decode));
        Assert.Equal((1, 1, 0), (ledger.Progress.Leased, ledger.Progress.ActiveLeases, ledger.Progress.Pending));
        Assert.Equal(LedgerResult.Accepted, ledger.Complete(second.Token, Ten));
        Assert.True(ledger.Progress.IsFinished);
    }

    [Fact]
    public void Lease_OfAChunkThatAWorkerWasLostOver_SaysSo_AlsoAfterARebuild()
    {
        var plan = Plan(1, 1, 1);
        var options = new LedgerOptions { RetryDelay = TimeSpan.Zero };
        var ledger = NewLedger(plan, _time, options);
        var (lost, failed) = (ledger.One("a"), ledger.One("b"));
        Assert.False(lost.IsSuspect || failed.IsSuspect);
        ledger.LoseWorker("a");
        ledger.Fail("b", failed.Token, Decode);
        ledger.Release(ledger.One("c").Token);

        var rebuilt = new ChunkLedger(plan, options, _time, AttemptId.NewEpoch(), [], ledger.TakeNewFailures());
        foreach (var one in new[] { ledger, rebuilt })
        {
            Assert.Equal([lost.Chunk], one.Lease(Worker("c"), 3).Leases.Where(lease => lease.IsSuspect).Select(lease => lease.Chunk));
        }
    }

    [Fact]
    public void Suspect_MarksAChunk_WithoutCountingAnAttempt()
    {
        var ledger = NewLedger(Plan(1, 1), _time, new LedgerOptions { MaxAttempts = 1 });
        ledger.Suspect(new ChunkId(1, 0));
        Assert.Equal([false, true], ledger.Lease(Worker("a"), 2).Leases.Select(lease => lease.IsSuspect));
        Assert.Equal(0, ledger.Progress.FailedAttempts);
        Assert.Throws<ArgumentException>(() => ledger.Suspect(new ChunkId(5, 0)));
    }

    /// <summary>A video whose every chunk ends its worker is to end one only; one chunk that is well clears the others.</summary>
    [Fact]
    public void Lease_OfAVideoThatAWorkerWasLostOver_SaysSo_UntilAChunkOfItIsDone()
    {
        var ledger = NewLedger(Plan(4, 1), _time, new LedgerOptions { RetryDelay = TimeSpan.Zero });
        var lost = ledger.One("a");
        ledger.LoseWorker("a");
        var (second, third) = (ledger.One("b"), ledger.One("b"));
        Assert.True(second.IsSuspect && third.IsSuspect);
        ledger.Fail("b", second.Token, Decode);
        ledger.Complete(third.Token, Ten);
        var rest = ledger.Lease(Worker("b"), 5).Leases;
        Assert.Equal([new(0, 3), new(1, 0), lost.Chunk.Id, second.Chunk.Id], rest.Select(lease => lease.Chunk.Id));
        Assert.Equal([lost.Chunk.Id], rest.Where(lease => lease.IsSuspect).Select(lease => lease.Chunk.Id));
    }

    /// <summary>A chunk that ends its workers must cost as many as it has attempts, not one more that was idle near the end.</summary>
    [Fact]
    public void Speculation_SparesChunksThatHaveFailedBefore()
    {
        var ledger = NewLedger(Plan(2), _time, new LedgerOptions { SpeculateAfterMeans = 2, LeaseDuration = TimeSpan.FromHours(1), RetryDelay = TimeSpan.FromSeconds(1) });
        var poison = ledger.One("a");
        var well = ledger.One("b");
        _time.Advance(TimeSpan.FromSeconds(1));
        ledger.Complete(well.Token, Ten);
        ledger.LoseWorker("a");
        _time.Advance(TimeSpan.FromSeconds(2));
        var again = ledger.One("b");
        Assert.Equal(poison.Chunk.Id, again.Chunk.Id);

        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(LeaseStatus.Wait, ledger.Status("c"));
        Assert.Equal(1, ledger.Progress.ActiveLeases);
    }

    [Fact]
    public void WallClockJumps_DoNotExpireLeases()
    {
        var ledger = NewLedger(Plan(1), _time);
        var lease = ledger.One("a");
        _time.MoveWallClock(TimeSpan.FromDays(400));
        Assert.Equal(LedgerResult.Accepted, ledger.Heartbeat("a", lease.Token));
        _time.MoveWallClock(TimeSpan.FromDays(-800));
        _time.MoveMonotonicClock(TimeSpan.FromHours(-1));
        Assert.Equal(LedgerResult.Accepted, ledger.Heartbeat("a", lease.Token));
    }

    [Fact]
    public void UnknownChunk_IsNamed()
    {
        var ledger = NewLedger(Plan(1), _time);
        var token = new LeaseToken(new ChunkId(9, 9), new AttemptId(1, AttemptId.NewEpoch()));
        Assert.Equal(LedgerResult.UnknownChunk, ledger.Heartbeat("a", token));
        Assert.Equal(LedgerResult.UnknownChunk, ledger.Complete(token, Ten));
        Assert.Equal(LedgerResult.UnknownChunk, ledger.Fail("a", token, Decode));
        Assert.Equal(LedgerResult.UnknownChunk, ledger.Release(token));
    }
}

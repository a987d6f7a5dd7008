using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Runs;
using Affect.Core.Tests.Ledger;

namespace Affect.Core.Tests.Jobs;

public sealed class JobMachineTests
{
    private static readonly RunId Run = RunId.TryParse("4s0c8m1kd2z9h7aw", out var run) ? run : throw new InvalidOperationException("Not a run id.");

    private static readonly JobOutcome Outcome = new(new FrameCounts(6, 3, 1, 1, 1, 4), 0, 1);

    private readonly ManualTime _time = new();

    [Fact]
    public void Life_GoesFromPlanningToDone_OneStageLeaseAtATime()
    {
        var machine = New();
        var planning = machine.LeaseStage("a")!.Token;
        Assert.Null(machine.LeaseStage("b"));
        Assert.Equal("a", machine.StageWorker);
        Assert.Equal(JobResult.NotNow, machine.ChunksFinished());
        Assert.Equal(JobResult.Changed, machine.Planned(planning, Run));
        Assert.Equal((JobPhase.Running, Run), (machine.Record.Phase, machine.Record.Run));
        Assert.Null(machine.LeaseStage("b"));
        Assert.Equal(JobResult.Unchanged, machine.Planned(planning, Run));
        Assert.Equal(JobResult.Changed, machine.ChunksFinished());
        Assert.Equal(JobResult.Unchanged, machine.ChunksFinished());
        var finalising = machine.LeaseStage("b")!.Token;
        Assert.NotEqual(planning, finalising);
        Assert.Equal(JobResult.LeaseLost, machine.Finalised(planning, Outcome));
        Assert.Equal(JobResult.Changed, machine.Finalised(finalising, Outcome));
        Assert.Equal((JobPhase.Done, Outcome), (machine.Record.Phase, machine.Record.Outcome));
        Assert.Equal(JobResult.Unchanged, machine.Finalised(finalising, Outcome));
        Assert.True(machine.Record.IsEnded);
        Assert.Null(machine.LeaseStage("a"));
    }

    [Fact]
    public void Pause_LeasesNoStage_ButLeavesTheOneInHand()
    {
        var machine = New();
        var token = machine.LeaseStage("a")!.Token;
        Assert.Equal(JobResult.Changed, machine.Pause());
        Assert.Equal(JobResult.Unchanged, machine.Pause());
        Assert.Equal(JobResult.Changed, machine.HeartbeatStage("a", token));
        Assert.Equal(JobResult.Changed, machine.ReleaseStage(token));
        Assert.Null(machine.LeaseStage("b"));
        Assert.Equal(JobResult.Changed, machine.Resume());
        Assert.NotNull(machine.LeaseStage("b"));
    }

    [Fact]
    public void Cancel_EndsIt_AndResumeTakesItUpWhereItWas()
    {
        var machine = New();
        var planning = machine.LeaseStage("a")!.Token;
        Assert.Equal(JobResult.Changed, machine.Cancel());
        Assert.Equal(JobResult.LeaseLost, machine.HeartbeatStage("a", planning));
        Assert.Equal(JobResult.LeaseLost, machine.Planned(planning, Run));
        Assert.Equal(JobResult.Unchanged, machine.Cancel());
        Assert.Equal(JobResult.NotNow, machine.Pause());
        Assert.Equal(JobResult.Changed, machine.Resume());
        Assert.Equal((JobPhase.Planning, null), (machine.Record.Phase, machine.Record.Ended));
        machine.Planned(machine.LeaseStage("a")!.Token, Run);
        machine.Cancel();
        machine.Resume();
        Assert.Equal(JobPhase.Running, machine.Record.Phase);
    }

    [Fact]
    public void Stage_ThatLosesItsWorker_IsLeasedAgain_UntilTheJobFails()
    {
        var machine = New();
        for (var attempt = 1; attempt <= LedgerOptions.Default.MaxAttempts; attempt++)
        {
            Assert.Equal(attempt, machine.LeaseStage("a")!.Token.Attempt.Number);
            _time.Advance(LedgerOptions.Default.LeaseDuration);
        }

        Assert.Null(machine.LeaseStage("a"));
        Assert.Equal((JobPhase.Failed, FailureKind.WorkerLost), (machine.Record.Phase, machine.Record.Failure!.Kind));
        Assert.Contains("Worker a was lost while planning", machine.Record.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(JobResult.Changed, machine.Retry());
        Assert.Equal((JobPhase.Planning, null), (machine.Record.Phase, machine.Record.Failure));
        Assert.NotNull(machine.LeaseStage("a"));
    }

    [Fact]
    public void FailStage_Final_FailsAtOnce_OthersAreTriedAgain()
    {
        var machine = New();
        var failure = new ChunkFailure(FailureKind.Storage, "away");
        Assert.Equal(JobResult.Changed, machine.FailStage(machine.LeaseStage("a")!.Token, failure, isFinal: false));
        Assert.Equal(JobPhase.Planning, machine.Record.Phase);
        var second = machine.LeaseStage("a")!.Token;
        Assert.Equal(JobResult.Changed, machine.FailStage(second, failure, isFinal: true));
        Assert.Equal((JobPhase.Failed, failure), (machine.Record.Phase, machine.Record.Failure));
        Assert.Equal(JobResult.LeaseLost, machine.FailStage(second, failure, isFinal: true));
    }

    [Fact]
    public void Heartbeat_OfAnEarlierMachine_TakesTheStageOver_ThatOfAnotherPhaseDoesNot()
    {
        var before = New();
        var token = before.LeaseStage("a")!.Token;
        var after = New();
        Assert.Equal(JobResult.Changed, after.HeartbeatStage("a", token));
        Assert.Null(after.LeaseStage("b"));
        Assert.Equal(JobResult.Changed, after.Planned(token, Run));
        Assert.Equal(JobResult.LeaseLost, after.HeartbeatStage("a", token));
    }

    /// <summary>Whatever workers and users say in whatever order: phases change along the edges of the life only, and an ended job has nothing in hand.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnyHistory_KeepsToTheEdges(int seed)
    {
        var random = new Random(seed);
        var machine = New();
        var tokens = new List<StageToken> { new(JobPhase.Finalising, new AttemptId(1, AttemptId.NewEpoch())) };
        var seen = new HashSet<(JobPhase From, JobPhase To)>();
        for (var step = 0; step < 20_000; step++)
        {
            var from = machine.Record.Phase;
            var token = tokens[random.Next(tokens.Count)];
            var action = random.Next(12);
            switch (action)
            {
                case 0 or 1 when machine.LeaseStage($"w{random.Next(3)}") is { } lease: tokens.Add(lease.Token); break;
                case 2: machine.Planned(token, Run); break;
                case 3: machine.ChunksFinished(); break;
                case 4: machine.Finalised(token, Outcome); break;
                case 5: machine.FailStage(token, new ChunkFailure(FailureKind.Storage, "away"), random.Next(4) == 0); break;
                case 6: machine.HeartbeatStage("w0", token); break;
                case 7: machine.ReleaseStage(token); break;
                case 8: _ = random.Next(2) == 0 ? machine.Pause() : machine.Resume(); break;
                case 9 when random.Next(4) == 0: machine.Cancel(); break;
                case 10 when random.Next(4) == 0: machine.Retry(); break;
                case 11: _time.Advance(TimeSpan.FromSeconds(random.Next(30))); break;
            }

            seen.Add((from, machine.Record.Phase));
            Assert.Equal(machine.Record.IsEnded, machine.Record.Ended is not null);
            Assert.True(machine.StageWorker is null || machine.Record.Phase is JobPhase.Planning or JobPhase.Finalising);
            tokens.RemoveRange(0, Math.Max(0, tokens.Count - 5));
        }

        seen.RemoveWhere(edge => edge.From == edge.To);
        (JobPhase, JobPhase)[] edges =
        [
            (JobPhase.Planning, JobPhase.Running), (JobPhase.Planning, JobPhase.Failed), (JobPhase.Planning, JobPhase.Cancelled), (JobPhase.Running, JobPhase.Finalising),
            (JobPhase.Running, JobPhase.Cancelled), (JobPhase.Finalising, JobPhase.Done), (JobPhase.Finalising, JobPhase.Failed), (JobPhase.Finalising, JobPhase.Cancelled),
            (JobPhase.Done, JobPhase.Running), (JobPhase.Failed, JobPhase.Planning), (JobPhase.Failed, JobPhase.Running), (JobPhase.Cancelled, JobPhase.Planning),
            (JobPhase.Cancelled, JobPhase.Running),
        ];
        Assert.Empty(seen.Except(edges));
        // Once planned it is never planned again, so the first edges come once each and may differ by seed.
        Assert.Superset(edges.Where(edge => edge.Item1 is JobPhase.Running or JobPhase.Finalising).ToHashSet(), seen);
    }

    private JobMachine New() => new(
        new JobRecord { Id = JobId.New(), Request = new JobRequest { Corpus = "/c" }, Submitted = _time.GetUtcNow(), Phase = JobPhase.Planning },
        LedgerOptions.Default, _time, AttemptId.NewEpoch());
}

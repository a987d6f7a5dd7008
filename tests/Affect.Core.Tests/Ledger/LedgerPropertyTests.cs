using Affect.Core.Ledger;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Ledger;

/// <summary>No chunk lost, none completed twice, progress after any history of failures, crashes and clock jumps.</summary>
public sealed class LedgerPropertyTests
{
    private static readonly Gen<(int[] Videos, LedgerOptions Options, LedgerStep[] Steps)> Cases =
        from videos in Gen.Choose(1, 4).NonEmptyListOf().Resize(4)
        from options in LedgerModel.Options()
        from steps in LedgerModel.Histories()
        select (videos.ToArray(), options, steps);

    [Fact]
    public void AnyHistory_KeepsTheInvariants_AndEnds() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(200),
        Prop.ForAll(Cases.ToArbitrary(), c =>
        {
            var model = new LedgerModel(c.Videos, c.Options);
            model.Run(c.Steps);
            model.Finish();
        }));

    [Fact]
    public void Generator_ReachesWhatItIsMeantToReach()
    {
        var models = Cases.Sample(300, 120).Select(c =>
        {
            var model = new LedgerModel(c.Videos, c.Options);
            model.Run(c.Steps);
            return model;
        }).ToList();
        Assert.True(models.Count(model => model.Crashes > 0) > 100, "too few crashes");
        Assert.True(models.Count(model => model.Expiries > 0) > 30, "too few expired leases");
        Assert.True(models.Count(model => model.LateCompletions > 0) > 30, "too few completions after a lost lease");
        Assert.True(models.Count(model => model.Adoptions > 0) > 10, "too few leases taken over");
        Assert.True(models.Count(model => model.Quarantines > 0) > 50, "too few quarantines");
    }

    [Fact]
    public async Task Threads_ShareALedger_WithoutLosingOrRepeatingAChunk()
    {
        const int Threads = 4;
        var plan = LedgerFixture.Plan(50, 200, 1, 749);
        var ledger = LedgerFixture.NewLedger(plan, TimeProvider.System, new LedgerOptions { RetryDelay = TimeSpan.Zero });
        var done = new int[plan.Length];
        using var start = new Barrier(Threads);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(number => Task.Run(() =>
        {
            var random = new Random(number);
            var worker = new WorkerProfile($"w{number}");
            start.SignalAndWait();
            while (ledger.Lease(worker, 3) is { Status: not LeaseStatus.Finished } reply)
            {
                foreach (var lease in reply.Leases)
                {
                    // Each chunk may fail twice; a third failure would quarantine it.
                    if (lease.Attempt.Number < 3 && random.Next(4) == 0)
                    {
                        ledger.Fail(worker.Name, lease.Token, LedgerFixture.Decode);
                    }
                    else if (ledger.Complete(lease.Token, LedgerFixture.Ten) == LedgerResult.Accepted)
                    {
                        Interlocked.Increment(ref done[Array.IndexOf(plan, lease.Chunk)]);
                    }
                }
            }
        })));
        Assert.All(done, count => Assert.Equal(1, count));
        Assert.Equal(plan.Length, ledger.Progress.Done);
    }
}

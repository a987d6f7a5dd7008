using Affect.Core.Jobs;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Jobs;

/// <summary>Fairness of the order in which jobs are offered to workers.</summary>
public sealed class FairShareTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);

    private static readonly double[] Weights = [0.01, 0.25, 0.5, 1, 1, 2, 3, 10, 100];

    /// <summary>Jobs (weight, priority), workers, and which leases end in which order.</summary>
    private static readonly Gen<(Job[] Jobs, int Workers, int[] Ends)> Cases =
        from jobs in (from weight in Gen.Elements(Weights) from priority in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(-2, 2))) select new Job(weight, priority)).NonEmptyListOf()
        from workers in Gen.Choose(1, 60)
        from ends in Gen.Choose(0, 10_000).ListOf()
        select (jobs.ToArray(), workers, ends.ToArray());

    /// <summary>Of the jobs of the highest priority each has, once all workers are busy, at least the whole part of its share; lower ones have nothing.</summary>
    [Fact]
    public void WithWorkForAll_NoJobIsBelowItsShare() => Check(c =>
    {
        var active = Fill(c.Jobs, new int[c.Jobs.Length], c.Workers);
        AssertShares(c.Jobs, active, c.Workers);
    });

    /// <summary>Leases that end are given out again such that the shares hold after any history, however uneven it was.</summary>
    [Fact]
    public void AfterAnyHistory_SharesComeBack() => Check(c =>
    {
        // Begin with all workers in one job's hands, as when it was alone.
        var active = new int[c.Jobs.Length];
        active[0] = c.Workers;
        foreach (var end in c.Ends)
        {
            var busy = Enumerable.Range(0, active.Length).Where(i => active[i] > 0).ToArray();
            active[busy[end % busy.Length]]--;
            active = Fill(c.Jobs, active, c.Workers);
        }

        // Every lease ends some day: the jobs above their share are those that give back.
        for (var i = 0; i < 4 * c.Workers; i++)
        {
            var most = Enumerable.Range(0, active.Length).Where(j => active[j] > 0).OrderBy(j => c.Jobs[j].Priority).ThenByDescending(j => active[j] / c.Jobs[j].Weight).First();
            active[most]--;
            active = Fill(c.Jobs, active, c.Workers);
        }

        AssertShares(c.Jobs, active, c.Workers);
    });

    [Fact]
    public void Equals_AreServedByAge() => Assert.Equal(
        [1, 0, 2],
        Order([new Job(1, 0), new Job(1, 0), new Job(1, 0)], [1, 0, 1]));

    [Fact]
    public void Generator_IsNotTrivial()
    {
        var cases = Cases.Sample(200, 50).ToList();
        Assert.True(cases.Count(c => c.Jobs.Length > 2 && c.Jobs.Select(j => j.Weight).Distinct().Count() > 1) > 50, "too few mixed weights");
        Assert.True(cases.Count(c => c.Jobs.Select(j => j.Priority).Distinct().Count() > 1) > 30, "too few mixed priorities");
        Assert.True(cases.Count(c => c.Workers > c.Jobs.Length) > 50, "too few cases with several leases a job");
    }

    private static void AssertShares(Job[] jobs, int[] active, int workers)
    {
        Assert.Equal(workers, active.Sum());
        var top = jobs.Max(job => job.Priority);
        var weights = jobs.Where(job => job.Priority == top).Sum(job => job.Weight);
        for (var i = 0; i < jobs.Length; i++)
        {
            var share = jobs[i].Priority == top ? workers * jobs[i].Weight / weights : 0;
            Assert.True(active[i] >= Math.Floor(share + 1e-9), $"job {i} has {active[i]} of its {share:F2}: {string.Join(' ', jobs.Select(j => j.Weight))}; {string.Join(' ', active)}");
        }
    }

    /// <summary>Gives every free worker to the first job in the order.</summary>
    private static int[] Fill(Job[] jobs, int[] active, int workers)
    {
        var filled = (int[])active.Clone();
        while (filled.Sum() < workers)
        {
            filled[Order(jobs, filled)[0]]++;
        }

        return filled;
    }

    private static int[] Order(Job[] jobs, int[] active)
    {
        var ids = jobs.Select((_, i) => JobId.Parse($"{i:D12}")).ToArray();
        return [.. FairShare.Order(jobs.Select((job, i) => new JobShare(ids[i], job.Priority, job.Weight, Start.AddSeconds(i), active[i]))).Select(id => Array.IndexOf(ids, id))];
    }

    private static void Check(Action<(Job[] Jobs, int Workers, int[] Ends)> property) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(40), Prop.ForAll(Cases.ToArbitrary(), property));

    private sealed record Job(double Weight, int Priority);
}

using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Engine.Serving;
using Affect.Engine.Tests.Fixtures;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Engine.Tests.Serving;

/// <summary>Several jobs over one set of workers, through the pool that both engines use.</summary>
public sealed class JobPoolTests
{
    private static readonly Gen<(MadeShare[] Jobs, int Workers, int[] Ends)> Cases =
        from jobs in (from weight in Gen.Elements(0.5, 1, 1, 2, 5)
                      from priority in Gen.Frequency((4, Gen.Constant(0)), (1, Gen.Choose(-1, 1)))
                      from chunks in Gen.Choose(0, 80)
                      select new MadeShare(weight, priority, chunks)).NonEmptyListOf()
        from workers in Gen.Choose(1, 20)
        from ends in Gen.Choose(0, 10_000).ArrayOf(400)
        select (jobs.ToArray(), workers, ends);

    /// <summary>
    /// No worker waits while a job has a chunk; nothing of a lower priority is given while a higher one has work; among equals nobody gets a chunk while another, with work, would
    /// be below it even with one more.
    /// </summary>
    [Fact]
    public void Workers_AreSharedByPriorityAndWeight_AndNeverIdle() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(8),
        Prop.ForAll(Cases.ToArbitrary(), c =>
        {
            var time = new ManualTime();
            var pool = new JobPool(time);
            var jobs = c.Jobs.Select((share, i) => new MadeHandle(share, i)).ToArray();
            Array.ForEach(jobs, pool.Add);
            var ends = new Queue<int>(c.Ends);
            while (jobs.Any(job => job.Pending + job.Active > 0))
            {
                while (jobs.Sum(job => job.Active) < c.Workers && jobs.Any(job => job.Pending > 0))
                {
                    AssertGoesTo(jobs, pool);
                }

                // A chunk ends, of any job; the pool looks again once its view is old.
                var busy = jobs.Where(job => job.Active > 0).ToArray();
                busy[(ends.TryDequeue(out var end) ? end : 0) % busy.Length].Active--;
                time.Advance(TimeSpan.FromMilliseconds(300));
            }

            Assert.All(jobs, job => Assert.Equal(job.Given.Chunks, job.Leased));
        }));

    [Fact]
    public void Generator_IsNotTrivial()
    {
        var cases = Cases.Sample(100, 8).ToList();
        Assert.True(cases.Count(c => c.Jobs.Count(j => j.Chunks > 0) > 1) > 30, "too few cases with two jobs that have work");
        Assert.True(cases.Count(c => c.Jobs.Sum(j => j.Chunks) > c.Workers) > 30, "too few cases with more work than workers");
    }

    [Fact]
    public async Task JobThatEnded_IsForgotten_AndWhatItOffersComesBackWithIt()
    {
        var pool = new JobPool(new ManualTime());
        var job = new MadeHandle(new MadeShare(1, 0, 1), 0);
        pool.Add(job);
        Assert.NotNull((await pool.LeaseAsync(new WorkerProfile("w"), 1, default)).Item);
        job.IsEnded = true;
        Assert.Null((await pool.LeaseAsync(new WorkerProfile("w"), 1, default)).Item);
        Assert.Empty(pool.Jobs());
        pool.Add(job);
        Assert.Equal([job.Id], pool.Jobs());
    }

    private static void AssertGoesTo(MadeHandle[] jobs, JobPool pool)
    {
        var before = jobs.Select(job => (job.Pending, job.Active)).ToArray();
        var item = pool.LeaseAsync(new WorkerProfile("w"), 1, default).GetAwaiter().GetResult().Item;
        Assert.NotNull(item);
        var to = Array.FindIndex(jobs, job => job.Id == item.Job);
        var mine = jobs[to].Given;
        for (var i = 0; i < jobs.Length; i++)
        {
            var other = jobs[i].Given;
            if (i != to && before[i].Pending > 0)
            {
                Assert.True(other.Priority <= mine.Priority, "a job of a lower priority was served first");
                Assert.True(
                    other.Priority < mine.Priority || (before[to].Active + 1) / mine.Weight <= ((before[i].Active + 1) / other.Weight) + 1e-9, "a job further below its share had to wait");
            }
        }
    }

    private sealed record MadeShare(double Weight, int Priority, int Chunks);

    private sealed class MadeHandle(MadeShare given, int number) : IJobHandle
    {
        public MadeShare Given => given;

        public JobId Id { get; } = JobId.Parse($"{number:D12}");

        public int Pending { get; private set; } = given.Chunks;

        public int Active { get; set; }

        public int Leased { get; private set; }

        public bool IsEnded { get; set; }

        public Task<JobShare?> ShareAsync(CancellationToken cancellationToken) => Task.FromResult<JobShare?>(
            IsEnded ? null : new JobShare(Id, given.Priority, given.Weight, DateTimeOffset.UnixEpoch.AddSeconds(number), Active));

        public async Task<JobLease> LeaseAsync(WorkerProfile worker, int lanes, CancellationToken cancellationToken)
        {
            if (Pending == 0)
            {
                return new JobLease(new WorkReply(null, TimeSpan.FromSeconds(1)), await ShareAsync(cancellationToken));
            }

            (Pending, Active, Leased) = (Pending - 1, Active + 1, Leased + 1);
            var token = new LeaseToken(new ChunkId(0, Leased), new AttemptId(1, "7q2k9m0x4c1d"));
            var lease = new Lease(token, new ChunkSpec(token.Chunk, "v", 0, 1, 0, 1), TimeSpan.FromSeconds(30), DateTimeOffset.UnixEpoch, false);
            return new JobLease(new WorkReply(new WorkItem(Id, new JobRequest { Corpus = "/c" }, null, 0, lanes, lease, null), TimeSpan.Zero), await ShareAsync(cancellationToken));
        }
    }
}

using Affect.Core.Jobs;
using Affect.Core.Ledger;

namespace Affect.Engine.Serving;

/// <summary>
/// The jobs that want workers: each request for work goes to the jobs in the order of <see cref="FairShare"/> until one has something. Thread-safe.
/// </summary>
public sealed class JobPool(TimeProvider time)
{
    /// <summary>A share older than this is asked for again before it decides: leases end without the pool hearing of it.</summary>
    private static readonly TimeSpan ShareLifetime = TimeSpan.FromMilliseconds(250);

    /// <summary>When to ask again where nothing is known to come by itself: what does come rings the <see cref="WorkBell"/>.</summary>
    internal static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<JobId, Entry> _jobs = [];

    /// <summary>Takes a job in, or keeps it.</summary>
    public void Add(IJobHandle job)
    {
        lock (_gate)
        {
            if (!_jobs.ContainsKey(job.Id))
            {
                _jobs.Add(job.Id, new Entry(job));
            }
        }
    }

    /// <summary>The jobs it offers work of.</summary>
    public IReadOnlyList<JobId> Jobs()
    {
        lock (_gate)
        {
            return [.. _jobs.Keys];
        }
    }

    public async Task<WorkReply> LeaseAsync(WorkerProfile worker, int lanes, CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        var wait = IdleWait;
        foreach (var job in Ordered())
        {
            var lease = await job.LeaseAsync(worker, lanes, cancellationToken).ConfigureAwait(false);
            Note(job.Id, lease.Share);
            if (lease.Reply.Item is not null)
            {
                return lease.Reply;
            }

            wait = lease.Reply.RetryAfter < wait ? lease.Reply.RetryAfter : wait;
        }

        return new WorkReply(null, wait);
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        List<Entry> stale;
        lock (_gate)
        {
            stale = _jobs.Count < 2 ? [] : [.. _jobs.Values.Where(entry => entry.SeenAt is not { } at || time.GetElapsedTime(at) > ShareLifetime)];
        }

        foreach (var (id, share) in await Task.WhenAll(stale.Select(async entry =>
            (entry.Job.Id, await entry.Job.ShareAsync(cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false))
        {
            Note(id, share);
        }
    }

    private List<IJobHandle> Ordered()
    {
        lock (_gate)
        {
            return _jobs.Count < 2
                ? [.. _jobs.Values.Select(entry => entry.Job)]
                : [.. FairShare.Order(_jobs.Values.Where(entry => entry.Share is not null).Select(entry => entry.Share!.Value)).Select(id => _jobs[id].Job)];
        }
    }

    private void Note(JobId job, JobShare? share)
    {
        lock (_gate)
        {
            if (share is null)
            {
                _jobs.Remove(job);
            }
            else if (_jobs.TryGetValue(job, out var entry))
            {
                (entry.Share, entry.SeenAt) = (share, time.GetTimestamp());
            }
        }
    }

    private sealed class Entry(IJobHandle job)
    {
        public IJobHandle Job { get; } = job;

        public JobShare? Share { get; set; }

        public long? SeenAt { get; set; }
    }
}

using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Engine.Serving;
using Orleans;
using Orleans.Concurrency;

namespace Affect.Grains;

/// <summary>A client of the cluster whose requests for work wait on its side (<see cref="WorkBell"/>): a call of a grain is short.</summary>
[Alias("affect.listener.v1")]
public interface IWorkListener : IGrainObserver
{
    /// <summary>There may be work: ask again. May get lost.</summary>
    [Alias("ring")]
    [OneWay]
    Task RingAsync(CancellationToken cancellationToken);
}

/// <summary>
/// The cluster's one pool: the jobs that want workers, and the workers. Key: 0. Holds nothing that storage and the next announcements do not give back.
/// </summary>
[Alias("affect.pool.v1")]
public interface IPoolGrain : IGrainWithIntegerKey
{
    [Alias("workplace")]
    Task<Workplace> WorkplaceAsync(CancellationToken cancellationToken);

    /// <summary>Stores a job, or finds the very same one that has not ended.</summary>
    [Alias("submit")]
    Task<JobId> SubmitAsync(JobRequest request, CancellationToken cancellationToken);

    /// <summary>All jobs, the newest first.</summary>
    [Alias("jobs")]
    Task<JobId[]> JobsAsync(CancellationToken cancellationToken);

    /// <summary>A job has work again, or may have: one that had ended, one that opens a stage.</summary>
    [Alias("offer")]
    Task OfferAsync(JobId job, CancellationToken cancellationToken);

    [Alias("announce")]
    Task AnnounceAsync(WorkerAnnouncement worker, CancellationToken cancellationToken);

    [Alias("leave")]
    Task LeaveAsync(string worker, CancellationToken cancellationToken);

    [Alias("lease")]
    Task<WorkReply> LeaseAsync(WorkerProfile worker, CancellationToken cancellationToken);

    /// <summary>Rings the listener when there may be work, for a while; who waits on says so again. True where it was not listening before.</summary>
    [Alias("listen")]
    Task<bool> ListenAsync(IWorkListener listener, CancellationToken cancellationToken);

    [Alias("workers")]
    Task<WorkerStatus[]> WorkersAsync(CancellationToken cancellationToken);

    /// <summary>The workers that take new work.</summary>
    [Alias("profiles")]
    Task<WorkerProfile[]> ProfilesAsync(CancellationToken cancellationToken);
}

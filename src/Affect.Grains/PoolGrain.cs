using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Engine.Serving;
using Affect.Storage.Objects;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Utilities;

namespace Affect.Grains;

/// <inheritdoc cref="IPoolGrain"/>
/// <remarks>Reentrant: hundreds of requests for work are under way at once, each waiting for a job's answer.</remarks>
[Reentrant]
public sealed class PoolGrain(IObjectStore objects, Workplace workplace, TimeProvider time, IGrainFactory grains, ILogger<PoolGrain> logger) : Grain, IPoolGrain
{
    /// <summary>Longer than clients take to say again that they listen.</summary>
    private static readonly TimeSpan ListeningTime = 6 * WorkBell.LongestWait;

    private readonly ObserverManager<IWorkListener> _listeners = new(ListeningTime, logger);
    private readonly WorkerRegistry _workers = new(time);
    private readonly JobPool _pool = new(time);
    private readonly Dictionary<JobId, JobRecord> _jobs = [];

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await foreach (var record in JobStore.ReadAllAsync(objects, cancellationToken))
        {
            _jobs[record.Id] = record;
            if (!record.IsEnded)
            {
                Offer(record.Id);
            }
        }
    }

    public Task<Workplace> WorkplaceAsync(CancellationToken cancellationToken) => Task.FromResult(workplace);

    public async Task<JobId> SubmitAsync(JobRequest request, CancellationToken cancellationToken)
    {
        foreach (var same in _jobs.Values.Where(job => job.IsOf(request)).Select(job => job.Id).ToList())
        {
            var status = await Job(same).StatusAsync([], cancellationToken);
            if (status is { Job.IsEnded: false })
            {
                return same;
            }
        }

        var record = await JobStore.CreateAsync(objects, request, time, cancellationToken);
        _jobs[record.Id] = record;
        Offer(record.Id);
        return record.Id;
    }

    public Task<JobId[]> JobsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(_jobs.Values.OrderByDescending(job => job.Submitted).Select(job => job.Id).ToArray());

    public Task OfferAsync(JobId job, CancellationToken cancellationToken)
    {
        Offer(job);
        return Task.CompletedTask;
    }

    public Task AnnounceAsync(WorkerAnnouncement worker, CancellationToken cancellationToken)
    {
        _workers.Announce(worker);
        return Task.CompletedTask;
    }

    public async Task LeaveAsync(string worker, CancellationToken cancellationToken)
    {
        _workers.Leave(worker);
        foreach (var job in _pool.Jobs())
        {
            await Job(job).LoseWorkerAsync(worker, cancellationToken);
        }
    }

    public Task<bool> ListenAsync(IWorkListener listener, CancellationToken cancellationToken)
    {
        _listeners.ClearExpired();
        var isNew = !_listeners.Observers.ContainsKey(listener);
        _listeners.Subscribe(listener, listener);
        return Task.FromResult(isNew);
    }

    public Task<WorkReply> LeaseAsync(WorkerProfile worker, CancellationToken cancellationToken) => _pool.LeaseAsync(worker, _workers.Lanes(), cancellationToken);

    public Task<WorkerStatus[]> WorkersAsync(CancellationToken cancellationToken) => Task.FromResult(_workers.Workers().ToArray());

    public Task<WorkerProfile[]> ProfilesAsync(CancellationToken cancellationToken) => Task.FromResult(_workers.Profiles().ToArray());

    private void Offer(JobId job)
    {
        _pool.Add(new GrainJob(job, Job(job)));
        _listeners.Notify(listener => listener.RingAsync(CancellationToken.None)).Ignore();
    }

    private IJobGrain Job(JobId job) => grains.GetGrain<IJobGrain>(job.ToString());
}

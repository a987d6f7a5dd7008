using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Runs;
using Affect.Engine.Serving;
using Orleans;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace Affect.Grains;

/// <summary>
/// The engine over a cluster of silos, for a server or a worker that is a client of it. What goes wrong on the way (a silo that died, a timeout) is transient:
/// the cluster finds another silo within seconds.
/// </summary>
public sealed class ClusterJobEngine : IJobEngine, IWorkSource
{
    private readonly IGrainFactory _grains;
    private readonly WorkBell _bell;
    private readonly PoolListener _listener;

    public ClusterJobEngine(IGrainFactory grains, TimeProvider time)
    {
        (_grains, _bell) = (grains, new WorkBell(time));
        _listener = new PoolListener(grains, _bell, time);
    }

    public IWorkSource Work => this;

    private IPoolGrain Pool => _grains.GetGrain<IPoolGrain>(0);

    public async Task<JobStatus> SubmitAsync(JobRequest request, CancellationToken cancellationToken)
    {
        if (request.Validate() is { } problem)
        {
            throw new ArgumentException(problem, nameof(request));
        }

        var job = await CallAsync(() => Pool.SubmitAsync(request, cancellationToken)).ConfigureAwait(false);
        return await FindAsync(job, cancellationToken).ConfigureAwait(false) ?? throw new WorkSourceException($"Job {job} was stored and is not there.", isTransient: true);
    }

    public async Task<IReadOnlyList<JobStatus>> ListAsync(CancellationToken cancellationToken)
    {
        var jobs = await CallAsync(() => Pool.JobsAsync(cancellationToken)).ConfigureAwait(false);
        var profiles = await ProfilesAsync(cancellationToken).ConfigureAwait(false);
        var found = await Task.WhenAll(jobs.Select(job => CallAsync(() => Job(job).StatusAsync(profiles, cancellationToken)))).ConfigureAwait(false);
        return [.. found.OfType<JobStatus>()];
    }

    public async Task<JobStatus?> FindAsync(JobId job, CancellationToken cancellationToken)
    {
        var profiles = await ProfilesAsync(cancellationToken).ConfigureAwait(false);
        return await CallAsync(() => Job(job).StatusAsync(profiles, cancellationToken)).ConfigureAwait(false);
    }

    public Task<JobResult?> ControlAsync(JobId job, JobCommand command, CancellationToken cancellationToken) =>
        CallAsync(() => Job(job).ControlAsync(command, cancellationToken));

    public Task<RetryStatus?> RetryAsync(JobId job, string? reason, CancellationToken cancellationToken) =>
        CallAsync(() => Job(job).RetryAsync(reason, cancellationToken));

    public async Task<IReadOnlyList<JobEvent>?> EventsAsync(JobId job, long after, CancellationToken cancellationToken) =>
        await CallAsync(() => Job(job).EventsAsync(after, cancellationToken)).ConfigureAwait(false);

    public async Task<IReadOnlyList<WorkerStatus>> WorkersAsync(CancellationToken cancellationToken) =>
        await CallAsync(() => Pool.WorkersAsync(cancellationToken)).ConfigureAwait(false);

    Task<Workplace> IWorkSource.WorkplaceAsync(CancellationToken cancellationToken) => CallAsync(() => Pool.WorkplaceAsync(cancellationToken));

    Task IWorkSource.AnnounceAsync(WorkerAnnouncement worker, CancellationToken cancellationToken) =>
        CallAsync(() => Pool.AnnounceAsync(worker, cancellationToken));

    Task IWorkSource.LeaveAsync(string worker, CancellationToken cancellationToken) => CallAsync(() => Pool.LeaveAsync(worker, cancellationToken));

    Task<WorkReply> IWorkSource.LeaseAsync(WorkerProfile worker, TimeSpan wait, CancellationToken cancellationToken) => _bell.LeaseAsync(
        async () =>
        {
            var reply = await CallAsync(() => Pool.LeaseAsync(worker, cancellationToken)).ConfigureAwait(false);
            if (reply.Item is null && wait > TimeSpan.Zero)
            {
                await _listener.ListenAsync(Pool, cancellationToken).ConfigureAwait(false);
            }

            return reply;
        },
        wait, cancellationToken);

    Task<LedgerResult> IWorkSource.HeartbeatAsync(string worker, ChunkTicket ticket, CancellationToken cancellationToken) =>
        CallAsync(() => Job(ticket.Job).HeartbeatAsync(worker, ticket, cancellationToken));

    Task<LedgerResult> IWorkSource.CompleteAsync(ChunkTicket ticket, FrameCounts counts, CancellationToken cancellationToken) =>
        CallAsync(() => Job(ticket.Job).CompleteAsync(ticket, counts, cancellationToken));

    Task<LedgerResult> IWorkSource.FailAsync(string worker, ChunkTicket ticket, ChunkFailure failure, CancellationToken cancellationToken) =>
        CallAsync(() => Job(ticket.Job).FailAsync(worker, ticket, failure, cancellationToken));

    Task<LedgerResult> IWorkSource.ReleaseAsync(ChunkTicket ticket, CancellationToken cancellationToken) =>
        CallAsync(() => Job(ticket.Job).ReleaseAsync(ticket, cancellationToken));

    Task<JobResult> IWorkSource.HeartbeatStageAsync(string worker, StageTicket ticket, CancellationToken cancellationToken) =>
        CallAsync(() => Job(ticket.Job).HeartbeatStageAsync(worker, ticket, cancellationToken));

    Task<JobResult> IWorkSource.PlannedAsync(StageTicket ticket, RunId run, CancellationToken cancellationToken) =>
        CallAsync(() => Job(ticket.Job).PlannedAsync(ticket, run, cancellationToken));

    Task<JobResult> IWorkSource.FinalisedAsync(StageTicket ticket, JobOutcome outcome, CancellationToken cancellationToken) =>
        CallAsync(() => Job(ticket.Job).FinalisedAsync(ticket, outcome, cancellationToken));

    Task<JobResult> IWorkSource.FailStageAsync(StageTicket ticket, ChunkFailure failure, bool isFinal, CancellationToken cancellationToken) =>
        CallAsync(() => Job(ticket.Job).FailStageAsync(ticket, failure, isFinal, cancellationToken));

    Task<JobResult> IWorkSource.ReleaseStageAsync(StageTicket ticket, CancellationToken cancellationToken) =>
        CallAsync(() => Job(ticket.Job).ReleaseStageAsync(ticket, cancellationToken));

    private IJobGrain Job(JobId job) => _grains.GetGrain<IJobGrain>(job.ToString());

    private Task<WorkerProfile[]> ProfilesAsync(CancellationToken cancellationToken) => CallAsync(() => Pool.ProfilesAsync(cancellationToken));

    private static async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever a grain or the way to it threw: grains throw for storage and for lost silos only, and both may be well again.
            // Orleans' own words for an absent silo name a socket and a pause, which say nothing to a user.
            var why = e is ConnectionFailedException or SiloUnavailableException ? "no coordinator silo can be reached" : e.Message;
            throw new WorkSourceException($"The cluster did not answer: {why}", isTransient: true, e);
        }
    }

    private static Task<bool> CallAsync(Func<Task> call) => CallAsync(async () =>
    {
        await call().ConfigureAwait(false);
        return true;
    });
}

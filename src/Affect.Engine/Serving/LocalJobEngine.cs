using System.Collections.Concurrent;
using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Runs;
using Affect.Storage.Layout;
using Affect.Storage.Objects;

namespace Affect.Engine.Serving;

/// <summary>
/// The engine of a server on one machine: jobs and ledgers in this process, rebuilt from storage at the start. One process at a time should own a workspace's jobs; two
/// that do cost double work, never a wrong result.
/// </summary>
public sealed class LocalJobEngine : IJobEngine, IWorkSource
{
    private readonly ConcurrentDictionary<JobId, JobActor> _jobs = new();
    private readonly AsyncGate _submitting = new();
    private readonly IObjectStore _objects;
    private readonly Workplace _workplace;
    private readonly ServingOptions _options;
    private readonly TimeProvider _time;
    private readonly WorkerRegistry _workers;
    private readonly JobPool _pool;
    private readonly WorkBell _bell;

    private LocalJobEngine(IObjectStore objects, Workplace workplace, ServingOptions options, TimeProvider time)
    {
        (_objects, _workplace, _options, _time) = (objects, workplace, options, time);
        (_workers, _pool, _bell) = (new WorkerRegistry(time), new JobPool(time), new WorkBell(time));
    }

    public IWorkSource Work => this;

    /// <summary>Takes up the jobs of a workspace.</summary>
    /// <exception cref="FormatException">A job's record is damaged; the message names it.</exception>
    public static async Task<LocalJobEngine> OpenAsync(
        IObjectStore objects, Workplace workplace, ServingOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.Validate() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        var engine = new LocalJobEngine(objects, workplace, options, time);
        await foreach (var record in JobStore.ReadAllAsync(objects, cancellationToken).ConfigureAwait(false))
        {
            engine.TakeUp(record);
        }

        return engine;
    }

    public async Task<JobStatus> SubmitAsync(JobRequest request, CancellationToken cancellationToken)
    {
        if (request.Validate() is { } problem)
        {
            throw new ArgumentException(problem, nameof(request));
        }

        var job = await _submitting.RunAsync(
            async () =>
            {
                if (_jobs.Values.FirstOrDefault(j => !j.Record.IsEnded && j.Record.IsOf(request)) is { } same)
                {
                    return same;
                }

                return TakeUp(await JobStore.CreateAsync(_objects, request, _time, cancellationToken).ConfigureAwait(false));
            },
            cancellationToken).ConfigureAwait(false);
        return await job.StatusAsync(_workers.Profiles(), cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<JobStatus>> ListAsync(CancellationToken cancellationToken) => await Task.WhenAll(
        _jobs.Values.OrderByDescending(job => job.Record.Submitted).Select(job => job.StatusAsync(_workers.Profiles(), cancellationToken))).ConfigureAwait(false);

    public async Task<JobStatus?> FindAsync(JobId job, CancellationToken cancellationToken) =>
        _jobs.TryGetValue(job, out var actor) ? await actor.StatusAsync(_workers.Profiles(), cancellationToken).ConfigureAwait(false) : null;

    public async Task<JobResult?> ControlAsync(JobId job, JobCommand command, CancellationToken cancellationToken)
    {
        if (!_jobs.TryGetValue(job, out var actor))
        {
            return null;
        }

        var result = await actor.ControlAsync(command, cancellationToken).ConfigureAwait(false);
        Offer(actor);
        return result;
    }

    public async Task<RetryStatus?> RetryAsync(JobId job, string? reason, CancellationToken cancellationToken)
    {
        if (!_jobs.TryGetValue(job, out var actor))
        {
            return null;
        }

        var status = await actor.RetryAsync(reason, cancellationToken).ConfigureAwait(false);
        Offer(actor);
        return status;
    }

    public Task<IReadOnlyList<JobEvent>?> EventsAsync(JobId job, long after, CancellationToken cancellationToken) =>
        Task.FromResult(_jobs.TryGetValue(job, out var actor) ? actor.Events(after) : null);

    public Task<IReadOnlyList<WorkerStatus>> WorkersAsync(CancellationToken cancellationToken) => Task.FromResult(_workers.Workers());

    Task<Workplace> IWorkSource.WorkplaceAsync(CancellationToken cancellationToken) => Task.FromResult(_workplace);

    Task IWorkSource.AnnounceAsync(WorkerAnnouncement worker, CancellationToken cancellationToken)
    {
        _workers.Announce(worker);
        return Task.CompletedTask;
    }

    async Task IWorkSource.LeaveAsync(string worker, CancellationToken cancellationToken)
    {
        _workers.Leave(worker);
        foreach (var job in _jobs.Values.Where(job => !job.Record.IsEnded))
        {
            await job.LoseWorkerAsync(worker, cancellationToken).ConfigureAwait(false);
        }
    }

    Task<WorkReply> IWorkSource.LeaseAsync(WorkerProfile worker, TimeSpan wait, CancellationToken cancellationToken) =>
        _bell.LeaseAsync(() => _pool.LeaseAsync(worker, _workers.Lanes(), cancellationToken), wait, cancellationToken);

    Task<LedgerResult> IWorkSource.HeartbeatAsync(string worker, ChunkTicket ticket, CancellationToken cancellationToken) =>
        Chunk(ticket, job => job.HeartbeatAsync(worker, ticket, cancellationToken));

    Task<LedgerResult> IWorkSource.CompleteAsync(ChunkTicket ticket, FrameCounts counts, CancellationToken cancellationToken) =>
        Chunk(ticket, job => job.CompleteAsync(ticket, counts, cancellationToken));

    Task<LedgerResult> IWorkSource.FailAsync(string worker, ChunkTicket ticket, ChunkFailure failure, CancellationToken cancellationToken) =>
        Chunk(ticket, job => job.FailAsync(worker, ticket, failure, cancellationToken));

    Task<LedgerResult> IWorkSource.ReleaseAsync(ChunkTicket ticket, CancellationToken cancellationToken) =>
        Chunk(ticket, job => job.ReleaseAsync(ticket, cancellationToken));

    Task<JobResult> IWorkSource.HeartbeatStageAsync(string worker, StageTicket ticket, CancellationToken cancellationToken) =>
        Stage(ticket, job => job.HeartbeatStageAsync(worker, ticket.Token, cancellationToken));

    Task<JobResult> IWorkSource.PlannedAsync(StageTicket ticket, RunId run, CancellationToken cancellationToken) =>
        Stage(ticket, job => job.PlannedAsync(ticket.Token, run, cancellationToken));

    Task<JobResult> IWorkSource.FinalisedAsync(StageTicket ticket, JobOutcome outcome, CancellationToken cancellationToken) =>
        Stage(ticket, job => job.FinalisedAsync(ticket.Token, outcome, cancellationToken));

    Task<JobResult> IWorkSource.FailStageAsync(StageTicket ticket, ChunkFailure failure, bool isFinal, CancellationToken cancellationToken) =>
        Stage(ticket, job => job.FailStageAsync(ticket.Token, failure, isFinal, cancellationToken));

    Task<JobResult> IWorkSource.ReleaseStageAsync(StageTicket ticket, CancellationToken cancellationToken) =>
        Stage(ticket, job => job.ReleaseStageAsync(ticket.Token, cancellationToken));

    private Task<LedgerResult> Chunk(ChunkTicket ticket, Func<JobActor, Task<LedgerResult>> ask) =>
        _jobs.TryGetValue(ticket.Job, out var job) ? ask(job) : Task.FromResult(LedgerResult.UnknownChunk);

    private Task<JobResult> Stage(StageTicket ticket, Func<JobActor, Task<JobResult>> ask) =>
        _jobs.TryGetValue(ticket.Job, out var job) ? ask(job) : Task.FromResult(JobResult.LeaseLost);

    private JobActor TakeUp(JobRecord record)
    {
        var actor = _jobs.GetOrAdd(record.Id, _ => new JobActor(
            _objects, record, _options,
            (_, store, part, requires) => new LazyLedgerSlice(token => LedgerSlice.OpenAsync(store, part, requires, _options.Ledger, _time, token)), _bell.Ring, _time));
        Offer(actor);
        return actor;
    }

    private void Offer(JobActor job)
    {
        if (!job.Record.IsEnded)
        {
            _pool.Add(job);
            _bell.Ring();
        }
    }
}

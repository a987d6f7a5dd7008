using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Runs;
using Affect.Engine.Serving;
using Affect.Storage.Objects;
using Orleans;
using Orleans.Concurrency;

namespace Affect.Grains;

/// <inheritdoc cref="IJobGrain"/>
/// <remarks>Reentrant: the actor is thread-safe, and its ledger grains ask it for their part while it waits for them.</remarks>
[Reentrant]
public sealed class JobGrain(IObjectStore objects, ServingOptions options, TimeProvider time, IGrainFactory grains) : Grain, IJobGrain
{
    private JobActor? _actor;

    private IPoolGrain Pool => grains.GetGrain<IPoolGrain>(0);

    public async Task<JobLease> LeaseAsync(WorkerProfile worker, int lanes, CancellationToken cancellationToken) => await ActorAsync(cancellationToken) is { } actor
        ? await actor.LeaseAsync(worker, lanes, cancellationToken)
        : new JobLease(new WorkReply(null, TimeSpan.FromSeconds(1)), null);

    public async Task<JobShareReply> ShareAsync(CancellationToken cancellationToken) =>
        new(await ActorAsync(cancellationToken) is { } actor ? await actor.ShareAsync(cancellationToken) : null);

    public Task<LedgerResult> HeartbeatAsync(string worker, ChunkTicket ticket, CancellationToken cancellationToken) =>
        AskAsync(actor => actor.HeartbeatAsync(worker, ticket, cancellationToken), LedgerResult.UnknownChunk, cancellationToken);

    public Task<LedgerResult> CompleteAsync(ChunkTicket ticket, FrameCounts counts, CancellationToken cancellationToken) =>
        AskAsync(actor => actor.CompleteAsync(ticket, counts, cancellationToken), LedgerResult.UnknownChunk, cancellationToken);

    public Task<LedgerResult> FailAsync(string worker, ChunkTicket ticket, ChunkFailure failure, CancellationToken cancellationToken) =>
        AskAsync(actor => actor.FailAsync(worker, ticket, failure, cancellationToken), LedgerResult.UnknownChunk, cancellationToken);

    public Task<LedgerResult> ReleaseAsync(ChunkTicket ticket, CancellationToken cancellationToken) =>
        AskAsync(actor => actor.ReleaseAsync(ticket, cancellationToken), LedgerResult.UnknownChunk, cancellationToken);

    public Task<JobResult> HeartbeatStageAsync(string worker, StageTicket ticket, CancellationToken cancellationToken) =>
        AskAsync(actor => actor.HeartbeatStageAsync(worker, ticket.Token, cancellationToken), JobResult.LeaseLost, cancellationToken);

    public Task<JobResult> PlannedAsync(StageTicket ticket, RunId run, CancellationToken cancellationToken) =>
        AskAsync(actor => actor.PlannedAsync(ticket.Token, run, cancellationToken), JobResult.LeaseLost, cancellationToken);

    public Task<JobResult> FinalisedAsync(StageTicket ticket, JobOutcome outcome, CancellationToken cancellationToken) =>
        AskAsync(actor => actor.FinalisedAsync(ticket.Token, outcome, cancellationToken), JobResult.LeaseLost, cancellationToken);

    public Task<JobResult> FailStageAsync(StageTicket ticket, ChunkFailure failure, bool isFinal, CancellationToken cancellationToken) =>
        AskAsync(actor => actor.FailStageAsync(ticket.Token, failure, isFinal, cancellationToken), JobResult.LeaseLost, cancellationToken);

    public Task<JobResult> ReleaseStageAsync(StageTicket ticket, CancellationToken cancellationToken) =>
        AskAsync(actor => actor.ReleaseStageAsync(ticket.Token, cancellationToken), JobResult.LeaseLost, cancellationToken);

    public async Task<JobResult?> ControlAsync(JobCommand command, CancellationToken cancellationToken)
    {
        if (await ActorAsync(cancellationToken) is not { } actor)
        {
            return null;
        }

        var result = await actor.ControlAsync(command, cancellationToken);
        await OfferAsync(actor, cancellationToken);
        return result;
    }

    public async Task<RetryStatus?> RetryAsync(string? reason, CancellationToken cancellationToken)
    {
        if (await ActorAsync(cancellationToken) is not { } actor)
        {
            return null;
        }

        var status = await actor.RetryAsync(reason, cancellationToken);
        await OfferAsync(actor, cancellationToken);
        return status;
    }

    public async Task<JobStatus?> StatusAsync(WorkerProfile[] workers, CancellationToken cancellationToken) =>
        await ActorAsync(cancellationToken) is { } actor ? await actor.StatusAsync(workers, cancellationToken) : null;

    public async Task<JobEvent[]?> EventsAsync(long after, CancellationToken cancellationToken) =>
        await ActorAsync(cancellationToken) is { } actor ? [.. actor.Events(after)] : null;

    public async Task LoseWorkerAsync(string worker, CancellationToken cancellationToken)
    {
        if (await ActorAsync(cancellationToken) is { } actor)
        {
            await actor.LoseWorkerAsync(worker, cancellationToken);
        }
    }

    public async Task<SliceSource> SliceAsync(int index, CancellationToken cancellationToken) =>
        await ActorAsync(cancellationToken) is { } actor && await actor.SourceOfAsync(index, cancellationToken) is var (run, part, requires)
            ? new SliceSource(run, part, requires)
            : throw new InvalidOperationException($"Job {this.GetPrimaryKeyString()} has no part {index}.");

    private async Task<T> AskAsync<T>(Func<JobActor, Task<T>> ask, T ofNobody, CancellationToken cancellationToken) =>
        await ActorAsync(cancellationToken) is { } actor ? await ask(actor) : ofNobody;

    /// <summary>The job, read from storage at the first call; null where there is none (yet: it may be submitted in a moment).</summary>
    private async Task<JobActor?> ActorAsync(CancellationToken cancellationToken)
    {
        if (_actor is not null || !JobId.TryParse(this.GetPrimaryKeyString(), out var id) || await JobStore.TryReadAsync(objects, id, cancellationToken) is not { } record)
        {
            return _actor;
        }

        // Another call may have read it meanwhile: there is one actor only.
        return _actor ??= new JobActor(
            objects, record, options, (job, _, part, _) => new GrainSlice(grains.GetGrain<ILedgerGrain>(part.Index, job.ToString())),
            () => Pool.OfferAsync(id, CancellationToken.None).Ignore(), time);
    }

    private Task OfferAsync(JobActor actor, CancellationToken cancellationToken) =>
        actor.Record.IsEnded ? Task.CompletedTask : Pool.OfferAsync(actor.Id, cancellationToken);
}

/// <summary>A job behind its grain, for the pool.</summary>
internal sealed class GrainJob(JobId id, IJobGrain grain) : IJobHandle
{
    public JobId Id { get; } = id;

    public Task<JobLease> LeaseAsync(WorkerProfile worker, int lanes, CancellationToken cancellationToken) => grain.LeaseAsync(worker, lanes, cancellationToken);

    public async Task<JobShare?> ShareAsync(CancellationToken cancellationToken) => (await grain.ShareAsync(cancellationToken)).Share;
}

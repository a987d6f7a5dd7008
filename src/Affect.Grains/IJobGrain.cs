using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Runs;
using Affect.Engine.Serving;
using Orleans;

namespace Affect.Grains;

/// <summary>Where a ledger grain finds its slice.</summary>
/// <param name="Run">The run.</param>
/// <param name="Part">Its part of the plan.</param>
/// <param name="Requires">What every worker of the job must offer.</param>
public sealed record SliceSource(RunId Run, PlanPart Part, string Requires);

/// <summary>A value that may be missing, for replies.</summary>
public sealed record JobShareReply(JobShare? Share);

/// <summary>One job: a shell around <see cref="JobActor"/>. Key: the job's id.</summary>
[Alias("affect.job.v1")]
public interface IJobGrain : IGrainWithStringKey
{
    [Alias("lease")]
    Task<JobLease> LeaseAsync(WorkerProfile worker, int lanes, CancellationToken cancellationToken);

    [Alias("share")]
    Task<JobShareReply> ShareAsync(CancellationToken cancellationToken);

    [Alias("heartbeat")]
    Task<LedgerResult> HeartbeatAsync(string worker, ChunkTicket ticket, CancellationToken cancellationToken);

    [Alias("complete")]
    Task<LedgerResult> CompleteAsync(ChunkTicket ticket, FrameCounts counts, CancellationToken cancellationToken);

    [Alias("fail")]
    Task<LedgerResult> FailAsync(string worker, ChunkTicket ticket, ChunkFailure failure, CancellationToken cancellationToken);

    [Alias("release")]
    Task<LedgerResult> ReleaseAsync(ChunkTicket ticket, CancellationToken cancellationToken);

    [Alias("stage-heartbeat")]
    Task<JobResult> HeartbeatStageAsync(string worker, StageTicket ticket, CancellationToken cancellationToken);

    [Alias("stage-planned")]
    Task<JobResult> PlannedAsync(StageTicket ticket, RunId run, CancellationToken cancellationToken);

    [Alias("stage-finalised")]
    Task<JobResult> FinalisedAsync(StageTicket ticket, JobOutcome outcome, CancellationToken cancellationToken);

    [Alias("stage-fail")]
    Task<JobResult> FailStageAsync(StageTicket ticket, ChunkFailure failure, bool isFinal, CancellationToken cancellationToken);

    [Alias("stage-release")]
    Task<JobResult> ReleaseStageAsync(StageTicket ticket, CancellationToken cancellationToken);

    /// <summary>Null where there is no such job.</summary>
    [Alias("control")]
    Task<JobResult?> ControlAsync(JobCommand command, CancellationToken cancellationToken);

    /// <summary>Null where there is no such job.</summary>
    [Alias("retry")]
    Task<RetryStatus?> RetryAsync(string? reason, CancellationToken cancellationToken);

    /// <summary>Null where there is no such job.</summary>
    [Alias("status")]
    Task<JobStatus?> StatusAsync(WorkerProfile[] workers, CancellationToken cancellationToken);

    /// <summary>Null where there is no such job.</summary>
    [Alias("events")]
    Task<JobEvent[]?> EventsAsync(long after, CancellationToken cancellationToken);

    [Alias("lose-worker")]
    Task LoseWorkerAsync(string worker, CancellationToken cancellationToken);

    /// <summary>For the ledger grains of the job when they wake up.</summary>
    [Alias("slice")]
    Task<SliceSource> SliceAsync(int index, CancellationToken cancellationToken);
}

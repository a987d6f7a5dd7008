using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Runs;

namespace Affect.Engine.Serving;

/// <summary>Where a worker's results go and what it may read.</summary>
/// <param name="Location">The object store of all runs: a folder that the worker sees under the same path, or <c>az://container/prefix</c>.</param>
/// <param name="CorpusRoots">Folders, <c>az://</c> locations below which corpora must lie; empty: anywhere.</param>
public sealed record Workplace(string Location, IReadOnlyList<string> CorpusRoots);

/// <summary>
/// The server as a worker sees it: the seam behind which it is in this process, a cluster of silos, or a server over HTTP. Calls return at once
/// (but for a request for work that is to wait), never carry the work itself, and may be repeated. Every call can throw <see cref="WorkSourceException"/>; leases then go on as far as they reach.
/// </summary>
public interface IWorkSource
{
    Task<Workplace> WorkplaceAsync(CancellationToken cancellationToken);

    /// <summary>A sign of life, and what the worker is doing.</summary>
    Task AnnounceAsync(WorkerAnnouncement worker, CancellationToken cancellationToken);

    /// <summary>The worker leaves: leases it still holds fail now rather than when they run out.</summary>
    Task LeaveAsync(string worker, CancellationToken cancellationToken);

    /// <summary>Something to do, of whichever job is next in its share.</summary>
    /// <param name="worker">Who asks, and what it can do.</param>
    /// <param name="wait">How long the answer may wait for work where there is none now, up to <see cref="WorkBell.LongestWait"/>; zero: not at all.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    Task<WorkReply> LeaseAsync(WorkerProfile worker, TimeSpan wait, CancellationToken cancellationToken);

    /// <inheritdoc cref="ChunkLedger.Heartbeat"/>
    Task<LedgerResult> HeartbeatAsync(string worker, ChunkTicket ticket, CancellationToken cancellationToken);

    /// <inheritdoc cref="ChunkLedger.Complete"/>
    Task<LedgerResult> CompleteAsync(ChunkTicket ticket, FrameCounts counts, CancellationToken cancellationToken);

    /// <inheritdoc cref="ChunkLedger.Fail"/>
    Task<LedgerResult> FailAsync(string worker, ChunkTicket ticket, ChunkFailure failure, CancellationToken cancellationToken);

    /// <inheritdoc cref="ChunkLedger.Release"/>
    Task<LedgerResult> ReleaseAsync(ChunkTicket ticket, CancellationToken cancellationToken);

    /// <inheritdoc cref="JobMachine.HeartbeatStage"/>
    Task<JobResult> HeartbeatStageAsync(string worker, StageTicket ticket, CancellationToken cancellationToken);

    /// <inheritdoc cref="JobMachine.Planned"/>
    Task<JobResult> PlannedAsync(StageTicket ticket, RunId run, CancellationToken cancellationToken);

    /// <inheritdoc cref="JobMachine.Finalised"/>
    Task<JobResult> FinalisedAsync(StageTicket ticket, JobOutcome outcome, CancellationToken cancellationToken);

    /// <inheritdoc cref="JobMachine.FailStage"/>
    Task<JobResult> FailStageAsync(StageTicket ticket, ChunkFailure failure, bool isFinal, CancellationToken cancellationToken);

    /// <inheritdoc cref="JobMachine.ReleaseStage"/>
    Task<JobResult> ReleaseStageAsync(StageTicket ticket, CancellationToken cancellationToken);
}

/// <summary>The server did not answer, or refused. An <see cref="IOException"/>, since another attempt may find it well again.</summary>
/// <param name="message">What was asked, of whom, and what came of it.</param>
/// <param name="isTransient">The same call may succeed later: no connection, a restart. False: never ask like this again.</param>
/// <param name="inner">The cause.</param>
public sealed class WorkSourceException(string message, bool isTransient, Exception? inner = null) : IOException(message, inner)
{
    public bool IsTransient { get; } = isTransient;
}

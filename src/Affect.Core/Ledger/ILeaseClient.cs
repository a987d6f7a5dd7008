using Affect.Core.Failures;
using Affect.Core.Runs;

namespace Affect.Core.Ledger;

/// <summary>
/// The ledger as a worker sees it: the seam behind which it lies in process, in a grain or behind a server. Every call may be repeated; calls
/// return at once (but for a request for work, which may wait some seconds for some) and never carry a chunk's work.
/// </summary>
public interface ILeaseClient
{
    /// <inheritdoc cref="ChunkLedger.Lease"/>
    Task<LeaseReply> LeaseAsync(WorkerProfile worker, int max, CancellationToken cancellationToken);

    /// <inheritdoc cref="ChunkLedger.Heartbeat"/>
    Task<LedgerResult> HeartbeatAsync(string worker, LeaseToken token, CancellationToken cancellationToken);

    /// <inheritdoc cref="ChunkLedger.Complete"/>
    Task<LedgerResult> CompleteAsync(LeaseToken token, FrameCounts counts, CancellationToken cancellationToken);

    /// <inheritdoc cref="ChunkLedger.Fail"/>
    Task<LedgerResult> FailAsync(string worker, LeaseToken token, ChunkFailure failure, CancellationToken cancellationToken);

    /// <inheritdoc cref="ChunkLedger.Release"/>
    Task<LedgerResult> ReleaseAsync(LeaseToken token, CancellationToken cancellationToken);
}

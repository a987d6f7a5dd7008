using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Runs;

namespace Affect.Engine.Serving;

/// <summary>Answer of a slice to a request for work, and where the slice stands after it.</summary>
public sealed record SliceLease(LeaseReply Reply, LedgerProgress Progress);

/// <summary>Answer of a slice to a message about a lease, and where the slice stands after it.</summary>
public readonly record struct SliceResult(LedgerResult Result, LedgerProgress Progress);

/// <summary>Where a slice stands.</summary>
/// <param name="Progress">Its figures.</param>
/// <param name="Blocked">Pending chunks that no worker asked about can do.</param>
public sealed record SliceStatus(LedgerProgress Progress, IReadOnlyList<BlockedChunks> Blocked);

/// <summary>The ledger of one part of a run's plan: in this process (<see cref="LedgerSlice"/>) or behind a grain.</summary>
public interface ILedgerSlice
{
    Task<SliceLease> LeaseAsync(WorkerProfile worker, CancellationToken cancellationToken);

    Task<SliceResult> HeartbeatAsync(string worker, LeaseToken token, CancellationToken cancellationToken);

    Task<SliceResult> CompleteAsync(LeaseToken token, FrameCounts counts, CancellationToken cancellationToken);

    Task<SliceResult> FailAsync(string worker, LeaseToken token, ChunkFailure failure, CancellationToken cancellationToken);

    Task<SliceResult> ReleaseAsync(LeaseToken token, CancellationToken cancellationToken);

    Task<SliceStatus> StatusAsync(IReadOnlyList<WorkerProfile> workers, CancellationToken cancellationToken);

    /// <summary>The worker is gone: what it holds fails now.</summary>
    Task<LedgerProgress> LoseWorkerAsync(string worker, CancellationToken cancellationToken);

    /// <summary>Puts back what was given up, all of it or what failed for one reason last; how many chunks that were.</summary>
    Task<int> RequeueAsync(string? reason, CancellationToken cancellationToken);
}

using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Runs;
using Affect.Engine.Serving;
using Orleans;

namespace Affect.Grains;

/// <summary>A ledger partition: a shell around <see cref="LedgerSlice"/>. Key: the part of the plan, and the job's id as its extension.</summary>
[Alias("affect.ledger.v1")]
public interface ILedgerGrain : IGrainWithIntegerCompoundKey
{
    [Alias("lease")]
    Task<SliceLease> LeaseAsync(WorkerProfile worker, CancellationToken cancellationToken);

    [Alias("heartbeat")]
    Task<SliceResult> HeartbeatAsync(string worker, LeaseToken token, CancellationToken cancellationToken);

    [Alias("complete")]
    Task<SliceResult> CompleteAsync(LeaseToken token, FrameCounts counts, CancellationToken cancellationToken);

    [Alias("fail")]
    Task<SliceResult> FailAsync(string worker, LeaseToken token, ChunkFailure failure, CancellationToken cancellationToken);

    [Alias("release")]
    Task<SliceResult> ReleaseAsync(LeaseToken token, CancellationToken cancellationToken);

    [Alias("status")]
    Task<SliceStatus> StatusAsync(WorkerProfile[] workers, CancellationToken cancellationToken);

    [Alias("lose-worker")]
    Task<LedgerProgress> LoseWorkerAsync(string worker, CancellationToken cancellationToken);

    [Alias("requeue")]
    Task<int> RequeueAsync(string? reason, CancellationToken cancellationToken);
}

using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Runs;

namespace Affect.Engine.Leasing;

/// <summary>A ledger that nobody else needs to know of: nothing of it goes to storage.</summary>
internal sealed class PlainLeaseClient(ChunkLedger ledger) : ILeaseClient
{
    public Task<LeaseReply> LeaseAsync(WorkerProfile worker, int max, CancellationToken cancellationToken) => Task.FromResult(ledger.Lease(worker, max));

    public Task<LedgerResult> HeartbeatAsync(string worker, LeaseToken token, CancellationToken cancellationToken) =>
        Task.FromResult(ledger.Heartbeat(worker, token));

    public Task<LedgerResult> CompleteAsync(LeaseToken token, FrameCounts counts, CancellationToken cancellationToken) =>
        Task.FromResult(ledger.Complete(token, counts));

    public Task<LedgerResult> FailAsync(string worker, LeaseToken token, ChunkFailure failure, CancellationToken cancellationToken) =>
        Task.FromResult(ledger.Fail(worker, token, failure));

    public Task<LedgerResult> ReleaseAsync(LeaseToken token, CancellationToken cancellationToken) => Task.FromResult(ledger.Release(token));
}

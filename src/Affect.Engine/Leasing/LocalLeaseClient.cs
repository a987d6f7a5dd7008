using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Runs;
using Affect.Engine.Serving;

namespace Affect.Engine.Leasing;

/// <summary>
/// The ledger of a run on this machine. Failures go to storage before the caller hears that they count. Thread-safe.
/// </summary>
public sealed class LocalLeaseClient(ChunkLedger ledger, RunStore store, Func<ChunkId, string> videoId, TimeProvider time) : ILeaseClient
{
    private readonly Queue<FailedAttempt> _unwritten = new();
    private readonly AsyncGate _writing = new();
    private readonly WorkBell _bell = new(time);

    public ChunkLedger Ledger { get; } = ledger;

    /// <summary>Waits where there is nothing now: a lane that slept until the ledger's clock says so would keep a run that is finished open for up to a second.</summary>
    public async Task<LeaseReply> LeaseAsync(WorkerProfile worker, int max, CancellationToken cancellationToken)
    {
        var (reply, hasWaited) = await _bell.AskAsync(
            () => LeaseNowAsync(worker, max, cancellationToken),
            reply => reply.Status is LeaseStatus.Granted or LeaseStatus.Finished ? null : reply.RetryAfter,
            WorkBell.LongestWait,
            cancellationToken).ConfigureAwait(false);
        return hasWaited ? reply with { RetryAfter = TimeSpan.Zero } : reply;
    }

    public Task<LedgerResult> HeartbeatAsync(string worker, LeaseToken token, CancellationToken cancellationToken) =>
        Task.FromResult(Ledger.Heartbeat(worker, token));

    public Task<LedgerResult> CompleteAsync(LeaseToken token, FrameCounts counts, CancellationToken cancellationToken) => Task.FromResult(Rung(Ledger.Complete(token, counts)));

    public async Task<LedgerResult> FailAsync(string worker, LeaseToken token, ChunkFailure failure, CancellationToken cancellationToken)
    {
        var result = Rung(Ledger.Fail(worker, token, failure));
        await StoreFailuresAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }

    public Task<LedgerResult> ReleaseAsync(LeaseToken token, CancellationToken cancellationToken) => Task.FromResult(Rung(Ledger.Release(token)));

    private LedgerResult Rung(LedgerResult result)
    {
        _bell.Ring();
        return result;
    }

    private async Task<LeaseReply> LeaseNowAsync(WorkerProfile worker, int max, CancellationToken cancellationToken)
    {
        var reply = Ledger.Lease(worker, max);
        try
        {
            await StoreFailuresAsync(cancellationToken).ConfigureAwait(false);
            return reply;
        }
        catch
        {
            // The caller never hears of these leases.
            foreach (var lease in reply.Leases)
            {
                Ledger.Release(lease.Token);
            }

            throw;
        }
    }

    private Task<bool> StoreFailuresAsync(CancellationToken cancellationToken) => _writing.RunAsync(
        async () =>
        {
            foreach (var failure in Ledger.TakeNewFailures())
            {
                _unwritten.Enqueue(failure);
            }

            // One that cannot be written now waits for the next call.
            while (_unwritten.TryPeek(out var failure))
            {
                await store.WriteFailureAsync(failure, videoId(failure.Token.Chunk), cancellationToken).ConfigureAwait(false);
                _unwritten.Dequeue();
            }

            return true;
        },
        cancellationToken);
}

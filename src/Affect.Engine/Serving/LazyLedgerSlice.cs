using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Runs;

namespace Affect.Engine.Serving;

/// <summary>
/// A slice in this process that is rebuilt from storage when it is asked for the first time. A rebuild that fails is tried again by the next call. One that takes longer than its
/// caller waits goes on for the next: callers over a network give up after seconds, and would otherwise begin it anew for ever.
/// </summary>
public sealed class LazyLedgerSlice(Func<CancellationToken, Task<LedgerSlice>> open) : ILedgerSlice
{
    private readonly Lock _gate = new();
    private Task<LedgerSlice>? _opening;

    public async Task<SliceLease> LeaseAsync(WorkerProfile worker, CancellationToken cancellationToken) =>
        await (await SliceAsync(cancellationToken).ConfigureAwait(false)).LeaseAsync(worker, cancellationToken).ConfigureAwait(false);

    public async Task<SliceResult> HeartbeatAsync(string worker, LeaseToken token, CancellationToken cancellationToken) =>
        await (await SliceAsync(cancellationToken).ConfigureAwait(false)).HeartbeatAsync(worker, token, cancellationToken).ConfigureAwait(false);

    public async Task<SliceResult> CompleteAsync(LeaseToken token, FrameCounts counts, CancellationToken cancellationToken) =>
        await (await SliceAsync(cancellationToken).ConfigureAwait(false)).CompleteAsync(token, counts, cancellationToken).ConfigureAwait(false);

    public async Task<SliceResult> FailAsync(string worker, LeaseToken token, ChunkFailure failure, CancellationToken cancellationToken) =>
        await (await SliceAsync(cancellationToken).ConfigureAwait(false)).FailAsync(worker, token, failure, cancellationToken).ConfigureAwait(false);

    public async Task<SliceResult> ReleaseAsync(LeaseToken token, CancellationToken cancellationToken) =>
        await (await SliceAsync(cancellationToken).ConfigureAwait(false)).ReleaseAsync(token, cancellationToken).ConfigureAwait(false);

    public async Task<SliceStatus> StatusAsync(IReadOnlyList<WorkerProfile> workers, CancellationToken cancellationToken) =>
        await (await SliceAsync(cancellationToken).ConfigureAwait(false)).StatusAsync(workers, cancellationToken).ConfigureAwait(false);

    public async Task<LedgerProgress> LoseWorkerAsync(string worker, CancellationToken cancellationToken) =>
        await (await SliceAsync(cancellationToken).ConfigureAwait(false)).LoseWorkerAsync(worker, cancellationToken).ConfigureAwait(false);

    public async Task<int> RequeueAsync(string? reason, CancellationToken cancellationToken) =>
        await (await SliceAsync(cancellationToken).ConfigureAwait(false)).RequeueAsync(reason, cancellationToken).ConfigureAwait(false);

    private Task<LedgerSlice> SliceAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _opening = _opening is { IsFaulted: false, IsCanceled: false } ? _opening : open(CancellationToken.None);
            return _opening.WaitAsync(cancellationToken);
        }
    }
}

using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Runs;
using Affect.Engine.Runs;
using Affect.Engine.Serving;
using Affect.Storage.Layout;
using Affect.Storage.Objects;
using Orleans;
using Orleans.Concurrency;

namespace Affect.Grains;

/// <inheritdoc cref="ILedgerGrain"/>
/// <remarks>Reentrant: the slice is thread-safe, and a write to storage must not hold up the others' leases.</remarks>
[Reentrant]
public sealed class LedgerGrain(IObjectStore objects, ServingOptions options, TimeProvider time, IGrainFactory grains) : Grain, ILedgerGrain
{
    private LazyLedgerSlice? _slice;

    private LazyLedgerSlice Slice => _slice ??= Create();

    public Task<SliceLease> LeaseAsync(WorkerProfile worker, CancellationToken cancellationToken) => Slice.LeaseAsync(worker, cancellationToken);

    public Task<SliceResult> HeartbeatAsync(string worker, LeaseToken token, CancellationToken cancellationToken) =>
        Slice.HeartbeatAsync(worker, token, cancellationToken);

    public Task<SliceResult> CompleteAsync(LeaseToken token, FrameCounts counts, CancellationToken cancellationToken) =>
        Slice.CompleteAsync(token, counts, cancellationToken);

    public Task<SliceResult> FailAsync(string worker, LeaseToken token, ChunkFailure failure, CancellationToken cancellationToken) =>
        Slice.FailAsync(worker, token, failure, cancellationToken);

    public Task<SliceResult> ReleaseAsync(LeaseToken token, CancellationToken cancellationToken) => Slice.ReleaseAsync(token, cancellationToken);

    public Task<SliceStatus> StatusAsync(WorkerProfile[] workers, CancellationToken cancellationToken) => Slice.StatusAsync(workers, cancellationToken);

    public Task<LedgerProgress> LoseWorkerAsync(string worker, CancellationToken cancellationToken) => Slice.LoseWorkerAsync(worker, cancellationToken);

    public Task<int> RequeueAsync(string? reason, CancellationToken cancellationToken) => Slice.RequeueAsync(reason, cancellationToken);

    /// <summary>What it opens is named here, in the grain's turn: the rebuilding itself runs outside of it.</summary>
    private LazyLedgerSlice Create()
    {
        var part = (int)this.GetPrimaryKeyLong(out var job);
        var owner = grains.GetGrain<IJobGrain>(job!);
        return new LazyLedgerSlice(async cancellationToken =>
        {
            var source = await owner.SliceAsync(part, cancellationToken);
            var store = new RunStore(objects, new RunLayout(source.Run.ToString()));
            return await LedgerSlice.OpenAsync(store, source.Part, source.Requires, options.Ledger, time, cancellationToken);
        });
    }
}

/// <summary>A ledger partition behind its grain.</summary>
internal sealed class GrainSlice(ILedgerGrain grain) : ILedgerSlice
{
    public Task<SliceLease> LeaseAsync(WorkerProfile worker, CancellationToken cancellationToken) => grain.LeaseAsync(worker, cancellationToken);

    public Task<SliceResult> HeartbeatAsync(string worker, LeaseToken token, CancellationToken cancellationToken) =>
        grain.HeartbeatAsync(worker, token, cancellationToken);

    public Task<SliceResult> CompleteAsync(LeaseToken token, FrameCounts counts, CancellationToken cancellationToken) =>
        grain.CompleteAsync(token, counts, cancellationToken);

    public Task<SliceResult> FailAsync(string worker, LeaseToken token, ChunkFailure failure, CancellationToken cancellationToken) =>
        grain.FailAsync(worker, token, failure, cancellationToken);

    public Task<SliceResult> ReleaseAsync(LeaseToken token, CancellationToken cancellationToken) => grain.ReleaseAsync(token, cancellationToken);

    public Task<SliceStatus> StatusAsync(IReadOnlyList<WorkerProfile> workers, CancellationToken cancellationToken) =>
        grain.StatusAsync([.. workers], cancellationToken);

    public Task<LedgerProgress> LoseWorkerAsync(string worker, CancellationToken cancellationToken) => grain.LoseWorkerAsync(worker, cancellationToken);

    public Task<int> RequeueAsync(string? reason, CancellationToken cancellationToken) => grain.RequeueAsync(reason, cancellationToken);
}

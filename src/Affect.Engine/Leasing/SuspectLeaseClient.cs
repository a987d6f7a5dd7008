using System.Collections.Concurrent;
using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;

namespace Affect.Engine.Leasing;

/// <summary>
/// Keeps chunks that a process died over from taking the next one down as well: each is first labelled by a process of its own. If that one dies too, the attempt
/// has failed, as any other; if it lives, the chunk is (done and) as good as the others. Thread-safe.
/// </summary>
/// <param name="inner">The run's ledger.</param>
/// <param name="suspects">Chunks that a process had in hand when it ended; one over which several ended may be named as often.</param>
/// <param name="tryAlone">Labels a chunk in a process of its own; what was wrong with that process, or null.</param>
/// <param name="beat">How often a lease is extended meanwhile.</param>
/// <param name="time">The clock.</param>
public sealed class SuspectLeaseClient(
    ILeaseClient inner, IEnumerable<ChunkId> suspects, Func<ChunkId, CancellationToken, Task<ChunkFailure?>> tryAlone, TimeSpan beat, TimeProvider time) : ILeaseClient
{
    private readonly ConcurrentDictionary<ChunkId, bool> _suspects = new(suspects.Distinct().Select(chunk => KeyValuePair.Create(chunk, true)));

    public async Task<LeaseReply> LeaseAsync(WorkerProfile worker, int max, CancellationToken cancellationToken)
    {
        while (true)
        {
            var reply = await inner.LeaseAsync(worker, 1, cancellationToken).ConfigureAwait(false);
            if (reply.Status != LeaseStatus.Granted || !_suspects.ContainsKey(reply.Leases[0].Chunk.Id))
            {
                return reply;
            }

            var lease = reply.Leases[0];
            if (await TryAsync(worker, lease, cancellationToken).ConfigureAwait(false) is not { } failure)
            {
                _suspects.TryRemove(lease.Chunk.Id, out _);
                return reply;
            }

            await inner.FailAsync(worker.Name, lease.Token, failure, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task<LedgerResult> HeartbeatAsync(string worker, LeaseToken token, CancellationToken cancellationToken) =>
        inner.HeartbeatAsync(worker, token, cancellationToken);

    public Task<LedgerResult> CompleteAsync(LeaseToken token, FrameCounts counts, CancellationToken cancellationToken) =>
        inner.CompleteAsync(token, counts, cancellationToken);

    public Task<LedgerResult> FailAsync(string worker, LeaseToken token, ChunkFailure failure, CancellationToken cancellationToken) =>
        inner.FailAsync(worker, token, failure, cancellationToken);

    public Task<LedgerResult> ReleaseAsync(LeaseToken token, CancellationToken cancellationToken) => inner.ReleaseAsync(token, cancellationToken);

    private async Task<ChunkFailure?> TryAsync(WorkerProfile worker, Lease lease, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var heart = BeatAsync(worker, lease, ended.Token);
        try
        {
            return await tryAlone(lease.Chunk.Id, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await inner.ReleaseAsync(lease.Token, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await heart.ConfigureAwait(false);
        }
    }

    private async Task BeatAsync(WorkerProfile worker, Lease lease, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(beat, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                await inner.HeartbeatAsync(worker.Name, lease.Token, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The other process has ended.
        }
    }
}

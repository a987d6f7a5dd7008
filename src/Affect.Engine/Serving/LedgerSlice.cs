using System.Collections.Concurrent;
using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Runs;

namespace Affect.Engine.Serving;

/// <summary>
/// The ledger of one part of a run, rebuilt from the plan, the done markers and the failure records of its chunks, and from what a server that is gone had in hand itself.
/// Failures are in storage before the caller hears that they count. Thread-safe.
/// </summary>
public sealed class LedgerSlice : ILedgerSlice
{
    private readonly RunStore _store;
    private readonly ChunkLedger _ledger;
    private readonly IReadOnlyDictionary<ChunkId, string> _videos;
    private readonly ConcurrentDictionary<ChunkId, IReadOnlyList<LeaseToken>> _orphans;
    private readonly Queue<FailedAttempt> _unwritten = new();
    private readonly AsyncGate _writing = new();

    private LedgerSlice(RunStore store, ChunkLedger ledger, IReadOnlyDictionary<ChunkId, string> videos, IEnumerable<LeaseToken> orphans)
    {
        (_store, _ledger, _videos) = (store, ledger, videos);
        _orphans = new(orphans.GroupBy(o => o.Chunk).Select(group => KeyValuePair.Create(group.Key, (IReadOnlyList<LeaseToken>)[.. group])));
        foreach (var chunk in _orphans.Keys)
        {
            ledger.Suspect(chunk);
        }
    }

    /// <param name="store">The run.</param>
    /// <param name="part">Its part.</param>
    /// <param name="requires">What every worker must offer, beside what the chunks need.</param>
    /// <param name="options">Leases.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the rebuilding.</param>
    /// <exception cref="FormatException">An object of the run is damaged; the message names it.</exception>
    public static async Task<LedgerSlice> OpenAsync(
        RunStore store, PlanPart part, string requires, LedgerOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var plan = await PlanParts.ReadAsync(store, part, cancellationToken).ConfigureAwait(false);
        if (requires.Length > 0)
        {
            plan = [.. plan.Select(chunk => chunk with { Requires = RequirementTags.Join([.. RequirementTags.Split(requires), .. RequirementTags.Split(chunk.Requires)]) })];
        }

        var videos = plan.ToDictionary(chunk => chunk.Id, chunk => chunk.VideoId);
        var (first, last) = (plan[0].Id, plan[^1].Id);
        var done = await store.DoneAsync(store.Layout.DonePrefixesOf(first, last), videos.ContainsKey, cancellationToken)
            .Select(record => record.ToDoneChunk()).ToListAsync(cancellationToken).ConfigureAwait(false);
        var failures = await store.FailedAsync(store.Layout.FailedPrefixesOf(first, last), videos.ContainsKey, cancellationToken)
            .Select(record => record.ToFailedAttempt()).ToListAsync(cancellationToken).ConfigureAwait(false);
        var orphans = await OrphanedAttempts.FindAsync(store, cancellationToken).ConfigureAwait(false);
        return new LedgerSlice(
            store, new ChunkLedger(plan, options, time, AttemptId.NewEpoch(), done, failures), videos, orphans.Select(o => o.Token()).Where(o => videos.ContainsKey(o.Chunk)));
    }

    public async Task<SliceLease> LeaseAsync(WorkerProfile worker, CancellationToken cancellationToken)
    {
        var reply = _ledger.Lease(worker, 1);
        await StoreFailuresAsync(cancellationToken).ConfigureAwait(false);
        return new SliceLease(reply, _ledger.Progress);
    }

    public Task<SliceResult> HeartbeatAsync(string worker, LeaseToken token, CancellationToken cancellationToken) =>
        AfterAsync(_ledger.Heartbeat(worker, token), cancellationToken);

    public Task<SliceResult> CompleteAsync(LeaseToken token, FrameCounts counts, CancellationToken cancellationToken) =>
        AfterAsync(_ledger.Complete(token, counts), token.Chunk, cancellationToken);

    public Task<SliceResult> FailAsync(string worker, LeaseToken token, ChunkFailure failure, CancellationToken cancellationToken) =>
        AfterAsync(_ledger.Fail(worker, token, failure), token.Chunk, cancellationToken);

    public Task<SliceResult> ReleaseAsync(LeaseToken token, CancellationToken cancellationToken) => AfterAsync(_ledger.Release(token), cancellationToken);

    public async Task<SliceStatus> StatusAsync(IReadOnlyList<WorkerProfile> workers, CancellationToken cancellationToken)
    {
        var blocked = _ledger.BlockedFor(workers);
        await StoreFailuresAsync(cancellationToken).ConfigureAwait(false);
        return new SliceStatus(_ledger.Progress, blocked);
    }

    public async Task<LedgerProgress> LoseWorkerAsync(string worker, CancellationToken cancellationToken)
    {
        _ledger.LoseWorker(worker);
        await StoreFailuresAsync(cancellationToken).ConfigureAwait(false);
        return _ledger.Progress;
    }

    public async Task<int> RequeueAsync(string? reason, CancellationToken cancellationToken)
    {
        bool IsMeant(QuarantinedChunk chunk) => reason is null || FailureReasons.Of(chunk.Failures[^1].Failure.Kind) == reason;
        await StoreFailuresAsync(cancellationToken).ConfigureAwait(false);
        foreach (var attempt in _ledger.Quarantined().Where(IsMeant).SelectMany(chunk => chunk.Failures))
        {
            // First in storage: a crash in between must not have the next rebuild give the chunk up again.
            await _store.RetireFailureAsync(FailedRecord.Of(attempt, _videos[attempt.Token.Chunk]), cancellationToken).ConfigureAwait(false);
        }

        return _ledger.Requeue(IsMeant).Count;
    }

    /// <summary>An attempt has ended, with a word on record: the records of those that ended without one have told all they can.</summary>
    private async Task<SliceResult> AfterAsync(LedgerResult result, ChunkId chunk, CancellationToken cancellationToken)
    {
        var after = await AfterAsync(result, cancellationToken).ConfigureAwait(false);
        if (_orphans.TryRemove(chunk, out var orphans))
        {
            foreach (var orphan in orphans)
            {
                await _store.RemoveBegunAsync(orphan, cancellationToken).ConfigureAwait(false);
            }
        }

        return after;
    }

    private async Task<SliceResult> AfterAsync(LedgerResult result, CancellationToken cancellationToken)
    {
        await StoreFailuresAsync(cancellationToken).ConfigureAwait(false);
        return new SliceResult(result, _ledger.Progress);
    }

    private Task<bool> StoreFailuresAsync(CancellationToken cancellationToken) => _writing.RunAsync(
        async () =>
        {
            foreach (var failure in _ledger.TakeNewFailures())
            {
                _unwritten.Enqueue(failure);
            }

            // One that cannot be written now waits for the next call.
            while (_unwritten.TryPeek(out var failure))
            {
                await _store.WriteFailureAsync(failure, _videos[failure.Token.Chunk], cancellationToken).ConfigureAwait(false);
                _unwritten.Dequeue();
            }

            return true;
        },
        cancellationToken);
}

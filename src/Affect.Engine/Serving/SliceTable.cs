using Affect.Core.Ledger;
using Affect.Core.Runs;

namespace Affect.Engine.Serving;

/// <summary>
/// What a job knows of its ledger slices: where each stood when it answered last, and whom to ask next. Thread-safe.
/// </summary>
/// <param name="slices">In plan order.</param>
/// <param name="time">The clock.</param>
internal sealed class SliceTable(IReadOnlyList<ILedgerSlice> slices, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly LedgerProgress?[] _known = new LedgerProgress?[slices.Count];
    private readonly long[] _quietUntil = new long[slices.Count];
    private readonly Dictionary<string, int> _last = new(StringComparer.Ordinal);
    private LedgerProgress _sum;
    private int _unknown = slices.Count;

    public IReadOnlyList<ILedgerSlice> Slices => slices;

    /// <summary>Leases alive in all slices, as far as is known.</summary>
    public int Active
    {
        get
        {
            lock (_gate)
            {
                return _sum.ActiveLeases;
            }
        }
    }

    /// <summary>Every chunk of every slice is done or given up.</summary>
    public bool IsFinished
    {
        get
        {
            lock (_gate)
            {
                return _unknown == 0 && _sum.IsFinished;
            }
        }
    }

    /// <summary>The sum over all slices, or null while one of them was not heard of.</summary>
    public LedgerProgress? Sum
    {
        get
        {
            lock (_gate)
            {
                return _unknown == 0 ? _sum : null;
            }
        }
    }

    /// <summary>
    /// The slices that can have something for the worker: the one it had last, then in plan order; after them those where nothing is pending, since all they can have is a second
    /// lease on a slow chunk, which is for workers that have nothing else to do.
    /// </summary>
    public IReadOnlyList<int> Candidates(string worker)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var last = _last.GetValueOrDefault(worker, -1);
            var (order, drained) = (new List<int>(), new List<int>());
            for (var i = 0; i < slices.Count; i++)
            {
                if (CanHave(i, now))
                {
                    var to = _known[i] is { Pending: 0 } ? drained : order;
                    to.Insert(i == last ? 0 : to.Count, i);
                }
            }

            order.AddRange(drained);
            return order;
        }
    }

    /// <summary>Notes what a slice answered; what was there before it, or null for the first answer.</summary>
    public LedgerProgress? Note(int slice, LedgerProgress progress)
    {
        lock (_gate)
        {
            var before = _known[slice];
            _known[slice] = progress;
            _unknown -= before is null ? 1 : 0;
            _sum = Add(_sum, Subtract(progress, before ?? default));
            if (progress.Pending > 0)
            {
                _quietUntil[slice] = 0;
            }

            return before;
        }
    }

    /// <summary>Notes that the worker leased from the slice.</summary>
    public void NoteLease(int slice, string worker)
    {
        lock (_gate)
        {
            if (_last.Count > 10_000)
            {
                _last.Clear();
            }

            _last[worker] = slice;
        }
    }

    /// <summary>The slice has nothing for anybody for a while, unless something comes back to it.</summary>
    public void NoteWait(int slice, TimeSpan wait)
    {
        lock (_gate)
        {
            if (_known[slice] is { Pending: 0 })
            {
                _quietUntil[slice] = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
            }
        }
    }

    /// <summary>Asks all slices that are not finished. What nobody of the workers can do.</summary>
    public async Task<IReadOnlyList<BlockedChunks>> RefreshAsync(IReadOnlyList<WorkerProfile> workers, CancellationToken cancellationToken)
    {
        var blocked = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var gate = new Lock();
        var ask = Enumerable.Range(0, slices.Count).Where(i => _known[i] is not { IsFinished: true });
        await Parallel.ForEachAsync(ask, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var status = await slices[i].StatusAsync(workers, token).ConfigureAwait(false);
            Note(i, status.Progress);
            lock (gate)
            {
                foreach (var b in status.Blocked)
                {
                    blocked[b.Requires] = blocked.GetValueOrDefault(b.Requires) + b.PendingChunks;
                }
            }
        }).ConfigureAwait(false);
        return [.. blocked.Select(b => new BlockedChunks(b.Key, b.Value))];
    }

    private bool CanHave(int slice, long now) => _known[slice] is not { IsFinished: true } && _quietUntil[slice] <= now;

    private static LedgerProgress Add(LedgerProgress a, LedgerProgress b) => new(
        a.Chunks + b.Chunks, a.Pending + b.Pending, a.Leased + b.Leased, a.Done + b.Done, a.Quarantined + b.Quarantined, a.ActiveLeases + b.ActiveLeases,
        a.FailedAttempts + b.FailedAttempts, a.TotalFrames + b.TotalFrames, a.Counts + b.Counts,
        a.GivenUpFrames + b.GivenUpFrames);

    private static LedgerProgress Subtract(LedgerProgress a, LedgerProgress b) => new(
        a.Chunks - b.Chunks, a.Pending - b.Pending, a.Leased - b.Leased, a.Done - b.Done, a.Quarantined - b.Quarantined, a.ActiveLeases - b.ActiveLeases,
        a.FailedAttempts - b.FailedAttempts, a.TotalFrames - b.TotalFrames,
        new FrameCounts(
            a.Counts.Frames - b.Counts.Frames, a.Counts.Labelled - b.Counts.Labelled, a.Counts.NoFace - b.Counts.NoFace, a.Counts.Skipped - b.Counts.Skipped,
            a.Counts.Failed - b.Counts.Failed, a.Counts.Faces - b.Counts.Faces),
        a.GivenUpFrames - b.GivenUpFrames);
}

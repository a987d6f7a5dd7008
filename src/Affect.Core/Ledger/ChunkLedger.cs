using Affect.Core.Failures;
using Affect.Core.Planning;
using Affect.Core.Runs;

namespace Affect.Core.Ledger;

/// <summary>
/// Who works on which chunk: pending, leased, done or quarantined. In memory only; storage (the plan, the done markers, the failure records) is the
/// truth and a ledger is rebuilt from it at any moment. Thread-safe: one lock, held for O(log chunks) at most.
/// <para>Guarantees: each chunk is counted done once, whatever messages arrive twice, late or from an earlier ledger; a lease that is not extended goes
/// back; a chunk is given to at most <see cref="LedgerOptions.MaxAttempts"/> failures, then quarantined with all of them; attempts have names that are
/// unique for ever (<see cref="AttemptId"/>). Does not guarantee that one attempt only runs at a time: a worker that lost its lease may still finish, and
/// the conditional create of the done marker decides. Create the marker first, then call <see cref="Complete"/>.</para>
/// </summary>
public sealed partial class ChunkLedger
{
    private readonly Lock _lock = new();
    private readonly IReadOnlyList<ChunkSpec> _plan;
    private readonly LedgerOptions _options;
    private readonly TimeProvider _time;
    private readonly ulong[] _keys;
    private readonly ChunkSlot[] _slots;
    private readonly List<PendingQueue> _groups = [];
    private readonly LeaseTable _leases = new();
    private readonly WorkerTable _workers;
    private readonly Dictionary<int, List<FailedAttempt>> _failures = [];
    private readonly Queue<FailedAttempt> _newFailures = new();
    private readonly HashSet<int> _begunVideos = [];
    private readonly HashSet<int> _suspects = [];
    private readonly HashSet<int> _suspectVideos = [];
    private readonly long _leaseTicks;
    private long _now = long.MinValue;
    private LedgerProgress _progress;
    private long _completedTicks;
    private int _completedLeases;

    /// <summary>Makes a ledger of a new run, or rebuilds the ledger of a run that was begun.</summary>
    /// <param name="plan">All chunks, ascending by id; kept, not copied.</param>
    /// <param name="options">Lease time, attempts, order; must be valid.</param>
    /// <param name="time">Monotonic clock for leases, wall clock for records.</param>
    /// <param name="epoch">A fresh <see cref="AttemptId.NewEpoch"/>; never one used before.</param>
    /// <param name="done">The chunks with a done marker.</param>
    /// <param name="failures">The failed attempts on record, in any order.</param>
    /// <exception cref="ArgumentException">Options or epoch not valid, plan not in order, or a record of a chunk that the plan does not hold.</exception>
    public ChunkLedger(
        IReadOnlyList<ChunkSpec> plan,
        LedgerOptions options,
        TimeProvider time,
        string epoch,
        IEnumerable<DoneChunk> done,
        IEnumerable<FailedAttempt> failures)
    {
        if (options.Validate() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        if (!AttemptId.IsEpoch(epoch))
        {
            throw new ArgumentException($"An epoch is {AttemptId.EpochLength} characters of base 32, not '{epoch}'.", nameof(epoch));
        }

        _plan = plan;
        _options = options;
        _time = time;
        Epoch = epoch;
        _leaseTicks = Ticks(options.LeaseDuration);
        _workers = new WorkerTable(2 * _leaseTicks);
        _keys = new ulong[plan.Count];
        _slots = new ChunkSlot[plan.Count];
        Load();
        foreach (var chunk in done)
        {
            LoadDone(chunk);
        }

        foreach (var failure in failures.OrderBy(failure => failure.At).ThenBy(failure => failure.Token.Attempt.Number))
        {
            LoadFailure(failure);
        }
    }

    /// <summary>Marks a chunk that a process had in hand when it ended, though no attempt counts as failed: its leases say so (<see cref="Affect.Core.Ledger.Lease.IsSuspect"/>).</summary>
    /// <exception cref="ArgumentException">The plan holds no such chunk.</exception>
    public void Suspect(ChunkId chunk)
    {
        lock (_lock)
        {
            Suspect(SlotOf(chunk) ?? throw new ArgumentException($"Chunk {chunk} is suspected but not in the plan."));
        }
    }

    /// <summary>The suffix of all attempts leased here.</summary>
    public string Epoch { get; }

    /// <summary>Where the run stands now, after expiry of what is overdue.</summary>
    public LedgerProgress Progress
    {
        get
        {
            lock (_lock)
            {
                Advance();
                return _progress;
            }
        }
    }

    /// <summary>Extends a lease by the whole lease time.</summary>
    /// <remarks>
    /// A lease of an earlier ledger of this run (the coordinator restarted) is taken over when its chunk is still pending, so a restart costs no work.
    /// </remarks>
    public LedgerResult Heartbeat(string worker, LeaseToken token)
    {
        lock (_lock)
        {
            var now = Advance();
            _workers.Seen(worker, now);
            if (FindOrAdopt(worker, token, now) is not { } lease)
            {
                return WhyLost(token);
            }

            _leases.Extend(lease, now + _leaseTicks);
            return LedgerResult.Accepted;
        }
    }

    /// <summary>
    /// The attempt's marker exists: the chunk is done. Accepted for any attempt of a chunk that is not done yet, its lease lost or not; the same
    /// message again is accepted again and changes nothing.
    /// </summary>
    public LedgerResult Complete(LeaseToken token, FrameCounts counts)
    {
        lock (_lock)
        {
            var now = Advance();
            if (SlotOf(token.Chunk) is not { } slot)
            {
                return LedgerResult.UnknownChunk;
            }

            if (_slots[slot].State == ChunkState.Done)
            {
                return _slots[slot].Winner == token.Attempt ? LedgerResult.Accepted : LedgerResult.AlreadyDone;
            }

            if (_leases.Find(token) is { } lease)
            {
                _completedTicks += now - lease.StartedAt;
                _completedLeases++;
                _leases.Remove(lease);
                _slots[slot].ActiveLeases--;
                _progress = _progress with { ActiveLeases = _progress.ActiveLeases - 1 };
            }

            DropLeases(slot);
            _slots[slot].Winner = token.Attempt;
            _slots[slot].LastAttempt = Math.Max(_slots[slot].LastAttempt, token.Attempt.Number);
            Move(slot, ChunkState.Done);
            _suspectVideos.Remove(token.Chunk.Video);
            _progress = _progress with { Counts = _progress.Counts + counts };
            return LedgerResult.Accepted;
        }
    }

    /// <summary>The attempt failed; the chunk is leased again later, or quarantined.</summary>
    public LedgerResult Fail(string worker, LeaseToken token, ChunkFailure failure)
    {
        lock (_lock)
        {
            var now = Advance();
            _workers.Seen(worker, now);
            if (FindOrAdopt(worker, token, now) is not { } lease)
            {
                return WhyLost(token);
            }

            _leases.Remove(lease);
            Record(lease, failure, now);
            return LedgerResult.Accepted;
        }
    }

    /// <summary>Gives a lease back without failure (drain, cancel): the chunk is leased again at once, under a new attempt name.</summary>
    public LedgerResult Release(LeaseToken token)
    {
        lock (_lock)
        {
            var now = Advance();
            if (_leases.Find(token) is not { } lease)
            {
                return WhyLost(token);
            }

            _leases.Remove(lease);
            GiveBack(lease.Slot, now, failed: false);
            return LedgerResult.Accepted;
        }
    }

    /// <summary>The worker is known to be gone: its leases fail now rather than when they expire.</summary>
    /// <returns>How many leases it held.</returns>
    public int LoseWorker(string worker)
    {
        lock (_lock)
        {
            var now = Advance();
            _workers.Forget(worker);
            var lost = _leases.RemoveOf(worker);
            foreach (var lease in lost)
            {
                Record(lease, WorkerLost(lease.Worker), now);
            }

            return lost.Count;
        }
    }

    /// <summary>
    /// Puts quarantined chunks back to pending with a clean slate. Their failure records must be moved out of the way in storage first, or the next
    /// rebuild quarantines them again.
    /// </summary>
    /// <returns>The chunks put back.</returns>
    public IReadOnlyList<QuarantinedChunk> Requeue(Func<QuarantinedChunk, bool> which)
    {
        lock (_lock)
        {
            Advance();
            var chosen = QuarantinedChunks().Where(which).ToList();
            foreach (var chunk in chosen)
            {
                var slot = SlotOf(chunk.Chunk.Id)!.Value;
                _failures.Remove(slot);
                _slots[slot].Failures = 0;
                Move(slot, ChunkState.Pending);
                _groups[_slots[slot].Group].Return(slot);
            }

            return chosen;
        }
    }

    /// <summary>The chunks given up on, in plan order.</summary>
    public IReadOnlyList<QuarantinedChunk> Quarantined()
    {
        lock (_lock)
        {
            Advance();
            return QuarantinedChunks().ToList();
        }
    }

    /// <summary>
    /// Failures since the last call, reported ones and expired leases, oldest first: the caller writes them to storage. A failure that is lost between the
    /// two only gives the chunk one more attempt.
    /// </summary>
    public IReadOnlyList<FailedAttempt> TakeNewFailures()
    {
        lock (_lock)
        {
            Advance();
            var failures = _newFailures.ToArray();
            _newFailures.Clear();
            return failures;
        }
    }

    /// <summary>Pending chunks that none of these workers may run, by requirement; empty when all can be served.</summary>
    public IReadOnlyList<BlockedChunks> BlockedFor(IReadOnlyCollection<WorkerProfile> workers)
    {
        lock (_lock)
        {
            Advance();
            return
            [
                .. _groups
                    .Where(group => group.Count > 0 && !workers.Any(worker => RequirementTags.AreMet(group.Requires, worker.Offers)))
                    .Select(group => new BlockedChunks(group.Requires, group.Count)),
            ];
        }
    }
}

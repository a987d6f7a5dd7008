using System.Globalization;
using Affect.Core.Failures;
using Affect.Core.Planning;

namespace Affect.Core.Ledger;

// The moves between states. Every method here is called under the lock.
public sealed partial class ChunkLedger
{
    private static readonly TimeSpan MaximumWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MinimumWait = TimeSpan.FromMilliseconds(10);

    /// <summary>Positions of the first chunk of each video, and how many of them need no more looking at.</summary>
    private readonly List<int> _videoStarts = [];
    private int _nextVideo;

    private void Load()
    {
        Dictionary<string, (int Group, List<int> Members)> groups = new(StringComparer.Ordinal);
        var frames = 0L;
        for (var slot = 0; slot < _plan.Count; slot++)
        {
            var chunk = _plan[slot];
            _keys[slot] = Key(chunk.Id);
            if (slot > 0 && _keys[slot] <= _keys[slot - 1])
            {
                throw new ArgumentException($"The plan must ascend by chunk id: {chunk.Id} after {_plan[slot - 1].Id}.");
            }

            if (slot == 0 || chunk.Id.Video != _plan[slot - 1].Id.Video)
            {
                _videoStarts.Add(slot);
            }

            if (!groups.TryGetValue(chunk.Requires, out var group))
            {
                group = (groups.Count, []);
                groups.Add(chunk.Requires, group);
            }

            group.Members.Add(slot);
            _slots[slot].Group = group.Group;
            frames += chunk.FrameCount;
        }

        foreach (var (requires, (_, members)) in groups.OrderBy(group => group.Value.Group))
        {
            _groups.Add(new PendingQueue(requires, _slots, [.. members]) { Count = members.Count });
        }

        _progress = new LedgerProgress { Chunks = _plan.Count, Pending = _plan.Count, TotalFrames = frames };
    }

    private void LoadDone(DoneChunk done)
    {
        var slot = SlotOf(done.Chunk) ?? throw new ArgumentException($"Chunk {done.Chunk} is done but not in the plan.");
        if (_slots[slot].State == ChunkState.Done)
        {
            throw new ArgumentException($"Chunk {done.Chunk} is given as done twice.");
        }

        _slots[slot].Winner = done.Attempt;
        _slots[slot].LastAttempt = done.Attempt.Number;
        Move(slot, ChunkState.Done);
        _begunVideos.Add(done.Chunk.Video);
        _progress = _progress with { Counts = _progress.Counts + done.Counts };
    }

    private void LoadFailure(FailedAttempt failure)
    {
        var slot = SlotOf(failure.Token.Chunk) ?? throw new ArgumentException($"Chunk {failure.Token.Chunk} has failed but is not in the plan.");
        _slots[slot].LastAttempt = Math.Max(_slots[slot].LastAttempt, failure.Token.Attempt.Number);
        Keep(slot, failure);
        if (_slots[slot].State == ChunkState.Pending)
        {
            if (_slots[slot].Failures >= _options.MaxAttempts)
            {
                Move(slot, ChunkState.Quarantined);
            }
            else
            {
                _groups[_slots[slot].Group].Retry(slot, long.MinValue);
            }
        }
    }

    /// <summary>Reads the clock and fails the leases that are overdue. The clock never goes back here, whatever the provider says.</summary>
    private long Advance()
    {
        _now = Math.Max(_now, _time.GetTimestamp());
        while (_leases.Next is { } lease && lease.ExpiresAt <= _now)
        {
            _leases.Remove(lease);
            Record(lease, WorkerLost(lease.Worker), _now);
        }

        return _now;
    }

    private void Record(ActiveLease lease, ChunkFailure failure, long now)
    {
        var attempt = new FailedAttempt(lease.Token, lease.Worker, failure, _time.GetUtcNow());
        Keep(lease.Slot, attempt);
        _newFailures.Enqueue(attempt);
        GiveBack(lease.Slot, now, failed: true);
    }

    private void Keep(int slot, FailedAttempt failure)
    {
        if (!_failures.TryGetValue(slot, out var failures))
        {
            failures = [];
            _failures.Add(slot, failures);
        }

        failures.Add(failure);
        if (failure.Failure.Kind == FailureKind.WorkerLost && _slots[slot].State != ChunkState.Done)
        {
            Suspect(slot);
        }

        _slots[slot].Failures = (byte)Math.Min(byte.MaxValue, _slots[slot].Failures + 1);
        _progress = _progress with { FailedAttempts = _progress.FailedAttempts + 1 };
    }

    /// <summary>
    /// What ended a process may be the chunk or its whole video (a codec's defect): the others of the video are under suspicion too, until one of them is done. So a video
    /// costs one worker and not as many as it has chunks, and a worker that was merely switched off costs little.
    /// </summary>
    private void Suspect(int slot)
    {
        _suspects.Add(slot);
        _suspectVideos.Add(_plan[slot].Id.Video);
    }

    private bool IsSuspect(int slot) => _suspects.Contains(slot) || _suspectVideos.Contains(_plan[slot].Id.Video);

    /// <summary>A lease of the chunk has just ended without completing it.</summary>
    private void GiveBack(int slot, long now, bool failed)
    {
        ref var chunk = ref _slots[slot];
        chunk.ActiveLeases--;
        _progress = _progress with { ActiveLeases = _progress.ActiveLeases - 1 };
        if (chunk.ActiveLeases > 0)
        {
            return;
        }

        if (chunk.Failures >= _options.MaxAttempts)
        {
            Move(slot, ChunkState.Quarantined);
            return;
        }

        Move(slot, ChunkState.Pending);
        var group = _groups[chunk.Group];
        if (chunk.Failures == 0)
        {
            group.Return(slot);
        }
        else
        {
            group.Retry(slot, failed ? now + (chunk.Failures * Ticks(_options.RetryDelay)) : now);
        }
    }

    private void AddLease(ActiveLease lease, long now)
    {
        ref var chunk = ref _slots[lease.Slot];
        chunk.ActiveLeases++;
        if (chunk.State != ChunkState.Leased)
        {
            Move(lease.Slot, ChunkState.Leased);
        }

        _leases.Add(lease, now + _leaseTicks);
        _progress = _progress with { ActiveLeases = _progress.ActiveLeases + 1 };
    }

    /// <summary>Ends the other leases of a chunk that is done. Rare: looks through all leases.</summary>
    private void DropLeases(int slot)
    {
        if (_slots[slot].ActiveLeases > 0)
        {
            var dropped = _leases.RemoveOf(slot).Count;
            _slots[slot].ActiveLeases = 0;
            _progress = _progress with { ActiveLeases = _progress.ActiveLeases - dropped };
        }
    }

    private void Move(int slot, ChunkState to)
    {
        ref var chunk = ref _slots[slot];
        Count(slot, chunk.State, -1);
        Count(slot, to, 1);
        _groups[chunk.Group].Count += (to == ChunkState.Pending ? 1 : 0) - (chunk.State == ChunkState.Pending ? 1 : 0);
        chunk.State = to;
    }

    private void Count(int slot, ChunkState state, int by) => _progress = state switch
    {
        ChunkState.Pending => _progress with { Pending = _progress.Pending + by },
        ChunkState.Leased => _progress with { Leased = _progress.Leased + by },
        ChunkState.Done => _progress with { Done = _progress.Done + by },
        _ => _progress with { Quarantined = _progress.Quarantined + by, GivenUpFrames = _progress.GivenUpFrames + (by * (long)_plan[slot].FrameCount) },
    };

    /// <summary>The lease of this token; a lease of an earlier ledger is taken over where its chunk waits for a worker anyway.</summary>
    private ActiveLease? FindOrAdopt(string worker, LeaseToken token, long now)
    {
        if (_leases.Find(token) is { } lease)
        {
            return lease;
        }

        if (token.Attempt.Epoch == Epoch || SlotOf(token.Chunk) is not { } slot || _slots[slot].State != ChunkState.Pending ||
            (_failures.TryGetValue(slot, out var failures) && failures.Any(failure => failure.Token == token)))
        {
            return null;
        }

        var adopted = new ActiveLease(token, slot, worker, now);
        _slots[slot].LastAttempt = Math.Max(_slots[slot].LastAttempt, token.Attempt.Number);
        AddLease(adopted, now);
        _begunVideos.Add(token.Chunk.Video);
        return adopted;
    }

    private LedgerResult WhyLost(LeaseToken token) => SlotOf(token.Chunk) is not { } slot
        ? LedgerResult.UnknownChunk
        : _slots[slot].State switch
        {
            ChunkState.Done => LedgerResult.AlreadyDone,
            ChunkState.Quarantined => LedgerResult.Quarantined,
            _ => LedgerResult.LeaseLost,
        };

    private IEnumerable<QuarantinedChunk> QuarantinedChunks() =>
        from entry in _failures
        where _slots[entry.Key].State == ChunkState.Quarantined
        orderby entry.Key
        select new QuarantinedChunk(_plan[entry.Key], entry.Value.ToArray());

    private int? SlotOf(ChunkId id)
    {
        var i = Array.BinarySearch(_keys, Key(id));
        return i < 0 ? null : i;
    }

    private static ulong Key(ChunkId id) => ((ulong)(uint)id.Video << 32) | (uint)id.Chunk;

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    private TimeSpan Span(long ticks) => TimeSpan.FromSeconds((double)ticks / _time.TimestampFrequency);

    private ChunkFailure WorkerLost(string worker) => new(
        FailureKind.WorkerLost,
        string.Create(CultureInfo.InvariantCulture, $"Worker {worker} was lost: no heartbeat for {_options.LeaseDuration.TotalSeconds:0.#} s, or its process ended."));
}

using Affect.Core.Planning;

namespace Affect.Core.Ledger;

// Handing out work.
public sealed partial class ChunkLedger
{
    /// <summary>
    /// Leases up to <paramref name="max"/> chunks to the worker: those that never failed first, then retries (never to a worker that failed the chunk
    /// before while another worker is alive that did not), then second leases on slow chunks where the options allow it.
    /// </summary>
    public LeaseReply Lease(WorkerProfile worker, int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        lock (_lock)
        {
            var now = Advance();
            var known = _workers.Asks(worker, now);
            List<Lease> leases = [];
            while (leases.Count < max && NextSlot(known, now) is { } slot)
            {
                leases.Add(Grant(known, slot, now));
            }

            return leases.Count > 0 ? new LeaseReply(LeaseStatus.Granted, leases, TimeSpan.Zero) : NothingFor(known, now);
        }
    }

    private int? NextSlot(WorkerTable.Known worker, long now)
    {
        var ready = -1;
        List<PendingQueue> eligible = [];
        foreach (var group in _groups)
        {
            if (group.Count > 0 && RequirementTags.AreMet(group.Requires, worker.Offers))
            {
                eligible.Add(group);
                var first = group.FirstReady();
                ready = first >= 0 && (ready < 0 || first < ready) ? first : ready;
            }
        }

        if (ready >= 0)
        {
            return _options.Order == LeaseOrder.VideoAffinity ? NextByVideo(worker) ?? ready : ready;
        }

        foreach (var group in eligible)
        {
            var retry = group.TakeRetry(now, slot => MayRetry(worker.Name, slot, now));
            if (retry >= 0)
            {
                return retry;
            }
        }

        return Slowest(worker, now);
    }

    /// <summary>The chunk after the worker's last one, else the first chunk of a video nobody has begun, else null.</summary>
    private int? NextByVideo(WorkerTable.Known worker)
    {
        var next = worker.LastSlot + 1;
        if (worker.LastSlot >= 0 && next < _plan.Count && _plan[next].Id.Video == _plan[worker.LastSlot].Id.Video && IsFreshFor(worker, next))
        {
            return next;
        }

        // The cursor moves on over begun videos only, so that all calls together pass each video once.
        while (_nextVideo < _videoStarts.Count && _begunVideos.Contains(_plan[_videoStarts[_nextVideo]].Id.Video))
        {
            _nextVideo++;
        }

        const int MaxLooks = 64;
        for (var i = _nextVideo; i < Math.Min(_nextVideo + MaxLooks, _videoStarts.Count); i++)
        {
            var start = _videoStarts[i];
            if (!_begunVideos.Contains(_plan[start].Id.Video) && IsFreshFor(worker, start))
            {
                return start;
            }
        }

        return null;
    }

    private bool IsFreshFor(WorkerTable.Known worker, int slot) =>
        _slots[slot].State == ChunkState.Pending && _slots[slot].WaitsIn != WaitsIn.Retry &&
        RequirementTags.AreMet(_groups[_slots[slot].Group].Requires, worker.Offers);

    /// <summary>
    /// A chunk that took a worker down must not take it down again: somebody else tries first, as long as somebody else is there.
    /// </summary>
    private bool MayRetry(string worker, int slot, long now)
    {
        var failures = _failures[slot];
        return failures.All(failure => failure.Worker != worker) ||
            !_workers.Any(_groups[_slots[slot].Group].Requires, now, other => failures.All(failure => failure.Worker != other));
    }

    /// <summary>
    /// A chunk to lease a second time: the one leased longest to another worker, if it is slow enough; else null. Never one that has failed before or is suspected: it can be what
    /// ends its workers, and would then cost one more than its attempts.
    /// </summary>
    private int? Slowest(WorkerTable.Known worker, long now)
    {
        if (_options.SpeculateAfterMeans is not { } means || _completedLeases == 0)
        {
            return null;
        }

        ActiveLease? slowest = null;
        foreach (var lease in _leases.All)
        {
            if (_slots[lease.Slot].ActiveLeases == 1 && !_failures.ContainsKey(lease.Slot) && !_suspects.Contains(lease.Slot) && lease.Worker != worker.Name && lease.StartedAt < (slowest?.StartedAt ?? long.MaxValue) &&
                RequirementTags.AreMet(_groups[_slots[lease.Slot].Group].Requires, worker.Offers))
            {
                slowest = lease;
            }
        }

        return slowest is not null && now - slowest.StartedAt > means * _completedTicks / _completedLeases ? slowest.Slot : null;
    }

    private Lease Grant(WorkerTable.Known worker, int slot, long now)
    {
        ref var chunk = ref _slots[slot];
        var isSpeculative = chunk.State == ChunkState.Leased;
        chunk.LastAttempt++;
        var token = new LeaseToken(_plan[slot].Id, new AttemptId(chunk.LastAttempt, Epoch));
        AddLease(new ActiveLease(token, slot, worker.Name, now), now);
        worker.LastSlot = slot;
        _begunVideos.Add(_plan[slot].Id.Video);
        // The one who is slow may be dead, of this very chunk, and his lease not run out yet.
        var isSuspect = isSpeculative || IsSuspect(slot);
        return new Lease(token, _plan[slot], _options.LeaseDuration, _time.GetUtcNow() + _options.LeaseDuration, isSpeculative, isSuspect);
    }

    private LeaseReply NothingFor(WorkerTable.Known worker, long now)
    {
        if (_progress.IsFinished)
        {
            return new LeaseReply(LeaseStatus.Finished, [], TimeSpan.Zero);
        }

        // The next thing that can change without a message: a lease expires, a retry comes due. A second at most, since messages change things as well.
        var wake = now + Ticks(MaximumWait);
        if (_leases.Next is { } lease)
        {
            wake = Math.Min(wake, lease.ExpiresAt);
        }

        var isEligible = _leases.Count > 0;
        foreach (var group in _groups.Where(group => group.Count > 0 && RequirementTags.AreMet(group.Requires, worker.Offers)))
        {
            isEligible = true;
            if (group.NextRetryAt() is { } retryAt && retryAt > now)
            {
                wake = Math.Min(wake, retryAt);
            }
        }

        var wait = Span(Math.Max(wake - now, Ticks(MinimumWait)));
        return new LeaseReply(isEligible ? LeaseStatus.Wait : LeaseStatus.NotEligible, [], wait);
    }
}

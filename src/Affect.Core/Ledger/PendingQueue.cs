namespace Affect.Core.Ledger;

/// <summary>
/// The pending chunks of one requirement group. Chunks leave by a change of state elsewhere; their entries here become stale and are dropped when they
/// come up. Not thread-safe.
/// </summary>
/// <param name="requires">The group's tags.</param>
/// <param name="slots">The ledger's chunks.</param>
/// <param name="members">Positions of the group's chunks, ascending: the fresh queue.</param>
internal sealed class PendingQueue(string requires, ChunkSlot[] slots, int[] members)
{
    private readonly PriorityQueue<int, int> _returned = new();
    private readonly PriorityQueue<int, (long ReadyAt, int Slot)> _retries = new();
    private int _fresh;

    public string Requires { get; } = requires;

    /// <summary>Pending chunks of the group, kept by the ledger.</summary>
    public int Count { get; set; }

    public void Return(int slot)
    {
        slots[slot].WaitsIn = WaitsIn.Returned;
        _returned.Enqueue(slot, slot);
    }

    public void Retry(int slot, long readyAt)
    {
        slots[slot].WaitsIn = WaitsIn.Retry;
        _retries.Enqueue(slot, (readyAt, slot));
    }

    /// <summary>The earliest chunk in plan order that never failed, or -1.</summary>
    public int FirstReady()
    {
        while (_fresh < members.Length && !Waits(members[_fresh], WaitsIn.Fresh))
        {
            _fresh++;
        }

        while (_returned.TryPeek(out var slot, out _) && !Waits(slot, WaitsIn.Returned))
        {
            _returned.Dequeue();
        }

        var fresh = _fresh < members.Length ? members[_fresh] : int.MaxValue;
        var first = _returned.TryPeek(out var returned, out _) ? Math.Min(returned, fresh) : fresh;
        return first == int.MaxValue ? -1 : first;
    }

    /// <summary>Takes out the failed chunk that waited longest and may be leased now, or -1. Looks at no more than a few.</summary>
    public int TakeRetry(long now, Func<int, bool> mayHave)
    {
        const int MaxLooks = 64;
        var passed = new List<(int Slot, long ReadyAt)>();
        var found = -1;
        while (found < 0 && passed.Count < MaxLooks && _retries.TryPeek(out var slot, out var key) && key.ReadyAt <= now)
        {
            _retries.Dequeue();
            if (!Waits(slot, WaitsIn.Retry))
            {
                continue;
            }

            if (mayHave(slot))
            {
                found = slot;
            }
            else
            {
                passed.Add((slot, key.ReadyAt));
            }
        }

        foreach (var (slot, readyAt) in passed)
        {
            _retries.Enqueue(slot, (readyAt, slot));
        }

        return found;
    }

    /// <summary>When the next failed chunk may be leased again, or null.</summary>
    public long? NextRetryAt()
    {
        while (_retries.TryPeek(out var slot, out var key))
        {
            if (Waits(slot, WaitsIn.Retry))
            {
                return key.ReadyAt;
            }

            _retries.Dequeue();
        }

        return null;
    }

    private bool Waits(int slot, WaitsIn queue) => slots[slot].State == ChunkState.Pending && slots[slot].WaitsIn == queue;
}

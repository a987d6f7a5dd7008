namespace Affect.Core.Ledger;

internal enum ChunkState : byte
{
    Pending = 0,
    Leased = 1,
    Done = 2,
    Quarantined = 3,
}

/// <summary>In which queue a pending chunk waits; entries in the other queues are stale and skipped when they come up.</summary>
internal enum WaitsIn : byte
{
    Fresh = 0,
    Returned = 1,
    Retry = 2,
}

/// <summary>What the ledger knows of one chunk: 40 bytes, in one array, at the chunk's position in the plan.</summary>
internal struct ChunkSlot
{
    /// <summary>Highest attempt number given or seen; the next lease gets one more.</summary>
    public int LastAttempt;

    /// <summary>Position in the list of requirement groups.</summary>
    public int Group;

    public ChunkState State;

    public WaitsIn WaitsIn;

    /// <summary>Failed attempts that count towards quarantine.</summary>
    public byte Failures;

    /// <summary>Leases alive: 0 unless leased, 2 while speculated on.</summary>
    public byte ActiveLeases;

    /// <summary>The attempt that completed the chunk; default unless done.</summary>
    public AttemptId Winner;
}

/// <summary>A lease alive.</summary>
internal sealed class ActiveLease(LeaseToken token, int slot, string worker, long startedAt)
{
    public LeaseToken Token { get; } = token;

    public int Slot { get; } = slot;

    public string Worker { get; } = worker;

    /// <summary>Timestamps of the ledger's monotonic clock.</summary>
    public long StartedAt { get; } = startedAt;

    public long ExpiresAt { get; set; }
}

using Affect.Core.Failures;
using Affect.Core.Planning;
using Affect.Core.Runs;

namespace Affect.Core.Ledger;

/// <summary>What the ledger made of a message about a lease. Sent: values are never renumbered.</summary>
public enum LedgerResult
{
    Unknown = 0,

    /// <summary>Done as asked.</summary>
    Accepted = 1,

    /// <summary>The chunk is done by another attempt: drop this one's output.</summary>
    AlreadyDone = 2,

    /// <summary>The lease expired or was given back; the chunk is pending or in other hands. Stop working on it.</summary>
    LeaseLost = 3,

    /// <summary>The chunk is quarantined. Stop working on it.</summary>
    Quarantined = 4,

    /// <summary>The plan holds no such chunk: the token is of another run.</summary>
    UnknownChunk = 5,
}

/// <summary>One failed attempt, as it is kept and stored.</summary>
/// <param name="Token">Chunk and attempt.</param>
/// <param name="Worker">Who held the lease.</param>
/// <param name="Failure">What happened; <see cref="FailureKind.WorkerLost"/> where the lease expired.</param>
/// <param name="At">When, by the ledger's wall clock.</param>
public sealed record FailedAttempt(LeaseToken Token, string Worker, ChunkFailure Failure, DateTimeOffset At);

/// <summary>A chunk done in an earlier life of the run, from its marker.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Attempt">The attempt that won.</param>
/// <param name="Counts">What became of its frames.</param>
public sealed record DoneChunk(ChunkId Chunk, AttemptId Attempt, FrameCounts Counts);

/// <summary>A chunk given up on.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Failures">All its failed attempts, oldest first.</param>
public sealed record QuarantinedChunk(ChunkSpec Chunk, IReadOnlyList<FailedAttempt> Failures);

/// <summary>Pending chunks that need the same tags.</summary>
/// <param name="Requires">The tags, see <see cref="RequirementTags"/>.</param>
/// <param name="PendingChunks">How many.</param>
public sealed record BlockedChunks(string Requires, int PendingChunks);

/// <summary>Where a run stands; every field is kept up to date, none is computed by a scan.</summary>
/// <param name="Chunks">All chunks of the plan.</param>
/// <param name="Pending">Waiting, retries included.</param>
/// <param name="Leased">In somebody's hands.</param>
/// <param name="Done">Completed.</param>
/// <param name="Quarantined">Given up on.</param>
/// <param name="ActiveLeases">Leases alive: <paramref name="Leased"/> plus second, speculative leases.</param>
/// <param name="FailedAttempts">Failures ever, of chunks that were done later as well.</param>
/// <param name="TotalFrames">Frames of the plan.</param>
/// <param name="Counts">Sum over the chunks done.</param>
/// <param name="GivenUpFrames">Frames of the chunks given up on: accounted for as <paramref name="Counts"/> are, since the report counts them as failed.</param>
public readonly record struct LedgerProgress(
    int Chunks, int Pending, int Leased, int Done, int Quarantined, int ActiveLeases, int FailedAttempts, long TotalFrames, FrameCounts Counts,
    long GivenUpFrames = 0)
{
    /// <summary>Nothing is left to do: every chunk is done or quarantined.</summary>
    public bool IsFinished => Done + Quarantined == Chunks;
}

using System.Text.Json;
using Affect.Core.Ledger;
using Affect.Core.Planning;

namespace Affect.Core.Runs;

/// <summary>
/// <c>begun/&lt;ChunkId&gt;.&lt;AttemptId&gt;.json</c>: a process on one machine has this chunk in hand. Written before the work, removed after it: one whose process
/// is gone tells which chunks a process died over. Must agree with docs/formats/records.md.
/// </summary>
/// <param name="FormatVersion">See <see cref="CurrentFormatVersion"/>.</param>
/// <param name="Chunk">The chunk.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Machine">Name of the machine.</param>
/// <param name="ProcessId">The process there.</param>
/// <param name="At">When it began.</param>
public sealed record BegunRecord(int FormatVersion, ChunkId Chunk, AttemptId Attempt, string Machine, int ProcessId, DateTimeOffset At)
{
    public const int CurrentFormatVersion = 1;

    public LeaseToken Token() => new(Chunk, Attempt);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, RunsJson.Default.BegunRecord);

    /// <exception cref="FormatException">Not such a record, or of another format version.</exception>
    public static BegunRecord Parse(ReadOnlySpan<byte> json)
    {
        var record = RunsJson.Read(json, RunsJson.Default.BegunRecord, "record of a begun attempt");
        return record.FormatVersion == CurrentFormatVersion
            ? record
            : throw new FormatException($"Record of a begun attempt at {record.Chunk}: format version {record.FormatVersion}; this version reads {CurrentFormatVersion}.");
    }
}

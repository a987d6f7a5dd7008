using System.Text.Json;
using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;

namespace Affect.Core.Runs;

/// <summary>
/// <c>failed/&lt;ChunkId&gt;.&lt;AttemptId&gt;.json</c>: one failed attempt. Kept for ever, also when the chunk is done later.
/// Must agree with docs/formats/records.md.
/// </summary>
/// <param name="FormatVersion">See <see cref="CurrentFormatVersion"/>.</param>
/// <param name="Chunk">The chunk.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="VideoId">The video's id in the manifest.</param>
/// <param name="Worker">Who held the lease.</param>
/// <param name="At">When the failure was noticed.</param>
/// <param name="Failure">What happened.</param>
public sealed record FailedRecord(
    int FormatVersion, ChunkId Chunk, AttemptId Attempt, string VideoId, string Worker, DateTimeOffset At, ChunkFailure Failure)
{
    public const int CurrentFormatVersion = 1;

    public static FailedRecord Of(FailedAttempt attempt, string videoId) => new(
        CurrentFormatVersion, attempt.Token.Chunk, attempt.Token.Attempt, videoId, attempt.Worker, attempt.At, attempt.Failure);

    /// <summary>For the rebuilding of a ledger.</summary>
    public FailedAttempt ToFailedAttempt() => new(new LeaseToken(Chunk, Attempt), Worker, Failure, At);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, RunsJson.Default.FailedRecord);

    /// <exception cref="FormatException">Not a failure record, or of another format version.</exception>
    public static FailedRecord Parse(ReadOnlySpan<byte> json)
    {
        var record = RunsJson.Read(json, RunsJson.Default.FailedRecord, "failure record");
        return record.FormatVersion == CurrentFormatVersion
            ? record
            : throw new FormatException($"Failure record of {record.Chunk}: format version {record.FormatVersion}; this version reads {CurrentFormatVersion}.");
    }
}

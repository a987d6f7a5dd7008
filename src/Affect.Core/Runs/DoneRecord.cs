using System.Text.Json;
using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;

namespace Affect.Core.Runs;

/// <summary>
/// <c>done/&lt;ChunkId&gt;.json</c>: the marker that a chunk is done and which attempt won. Created once, after the data, by a create-if-absent.
/// Must agree with docs/formats/records.md.
/// </summary>
public sealed record DoneRecord
{
    public const int CurrentFormatVersion = 1;

    public int FormatVersion { get; init; } = CurrentFormatVersion;

    public required ChunkId Chunk { get; init; }

    /// <summary>The attempt that won.</summary>
    public required AttemptId Attempt { get; init; }

    /// <summary>Name of the data object, relative to the run's folder; every other attempt's object can be swept.</summary>
    public required string ObjectName { get; init; }

    /// <summary>Rows of the data object.</summary>
    public required long Rows { get; init; }

    public required FrameAccounting Frames { get; init; }

    public required string Worker { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required DateTimeOffset Finished { get; init; }

    /// <summary>Busy time by stage (<c>decode</c>, <c>detect</c>, <c>infer</c>, ...), in seconds.</summary>
    public SortedDictionary<string, double> StageSeconds { get; init => field = new(value, StringComparer.Ordinal); } = new(StringComparer.Ordinal);

    /// <summary>Pictures that the decoder gave but the packet index does not list; they have no row.</summary>
    public long UnexpectedFrames { get; init; }

    /// <summary>What the decoder said where some of the frames failed, or null.</summary>
    public ChunkFailure? Problem { get; init; }

    /// <summary>The chunk's mergeable statistics, in the form that their own type writes and reads; null where there are none.</summary>
    public JsonElement? Statistics { get; init; }

    /// <summary>For the rebuilding of a ledger.</summary>
    public DoneChunk ToDoneChunk() => new(Chunk, Attempt, Frames.Counts);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, RunsJson.Default.DoneRecord);

    /// <exception cref="FormatException">Not a done record, of another format version, or its frames do not add up.</exception>
    public static DoneRecord Parse(ReadOnlySpan<byte> json)
    {
        var record = RunsJson.Read(json, RunsJson.Default.DoneRecord, "done marker");
        return record.FormatVersion != CurrentFormatVersion
            ? throw new FormatException($"Done marker of {record.Chunk}: format version {record.FormatVersion}; this version reads {CurrentFormatVersion}.")
            : !record.Frames.IsBalanced
                ? throw new FormatException($"Done marker of {record.Chunk}: its frames do not add up: {record.Frames.Counts}.")
                : record;
    }
}

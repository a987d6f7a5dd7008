using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Failures;
using Affect.Core.Runs;

namespace Affect.Core.Jobs;

/// <summary>What a job is doing. Stored and sent: values are never renumbered.</summary>
public enum JobPhase
{
    Unknown = 0,

    /// <summary>A worker lists, probes and plans the corpus.</summary>
    Planning = 1,

    /// <summary>Workers label chunks.</summary>
    Running = 2,

    /// <summary>A worker makes tracks, final labels and the report.</summary>
    Finalising = 3,

    /// <summary>Labels and report are written; <see cref="JobOutcome"/> says whether anything failed.</summary>
    Done = 4,

    /// <summary>The job could not be planned or finalised; <see cref="JobRecord.Failure"/> says why.</summary>
    Failed = 5,

    /// <summary>Somebody ended it; what is done stays, and it can be resumed.</summary>
    Cancelled = 6,
}

/// <summary>What a finished job came to.</summary>
/// <param name="Counts">What became of the frames.</param>
/// <param name="Failures">Videos and chunks on the failure list.</param>
/// <param name="Tracks">Face tracks.</param>
public sealed record JobOutcome(FrameCounts Counts, int Failures, int Tracks);

/// <summary>
/// <c>jobs/&lt;JobId&gt;.json</c>: a job as it is stored, replaced at each change. Everything that cannot be found again from the run itself. Must agree with
/// docs/formats/records.md.
/// </summary>
public sealed record JobRecord
{
    public const int CurrentFormatVersion = 1;

    public int FormatVersion { get; init; } = CurrentFormatVersion;

    public required JobId Id { get; init; }

    public required JobRequest Request { get; init; }

    public required DateTimeOffset Submitted { get; init; }

    public required JobPhase Phase { get; init; }

    /// <summary>Nothing new is leased until it is resumed.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The run; null until it is planned.</summary>
    public RunId? Run { get; init; }

    /// <summary>Set in phase <see cref="JobPhase.Failed"/>.</summary>
    public ChunkFailure? Failure { get; init; }

    /// <summary>Set in phase <see cref="JobPhase.Done"/>.</summary>
    public JobOutcome? Outcome { get; init; }

    /// <summary>When it was done, failed or cancelled.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Nothing happens to it any more, unless it is resumed or retried.</summary>
    [JsonIgnore]
    public bool IsEnded => Phase is JobPhase.Done or JobPhase.Failed or JobPhase.Cancelled;

    /// <summary>Whether the request asks for the very same.</summary>
    public bool IsOf(JobRequest request) =>
        JsonSerializer.Serialize(Request, JobsJson.Default.JobRequest) == JsonSerializer.Serialize(request, JobsJson.Default.JobRequest);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JobsJson.Default.JobRecord);

    /// <exception cref="FormatException">Not a job record, or of another format version.</exception>
    public static JobRecord Parse(ReadOnlySpan<byte> json)
    {
        var record = RunsJson.Read(json, JobsJson.Default.JobRecord, "job record");
        return record.FormatVersion == CurrentFormatVersion
            ? record
            : throw new FormatException($"Job {record.Id}: format version {record.FormatVersion}; this version reads {CurrentFormatVersion}.");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(JobRequest))]
internal sealed partial class JobsJson : JsonSerializerContext;

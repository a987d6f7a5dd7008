using System.Text.Json;

namespace Affect.Core.Runs;

/// <summary>
/// <c>run.json</c>: what a run is. Written once, when the run is planned, and never changed. Must agree with docs/formats/records.md.
/// </summary>
public sealed record RunRecord
{
    /// <summary>Raised when a field changes its meaning; readers refuse what they do not know.</summary>
    public const int CurrentFormatVersion = 1;

    public int FormatVersion { get; init; } = CurrentFormatVersion;

    public required RunId Id { get; init; }

    public required DetectionKey DetectionKey { get; init; }

    /// <summary>Hash of the manifest, <c>sha256:hex</c>.</summary>
    public required string ManifestHash { get; init; }

    public required RunConfiguration Configuration { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Version of this project that planned the run.</summary>
    public required string ProjectVersion { get; init; }

    /// <summary>Where the corpus lay, as the user gave it; for people, not part of the identity.</summary>
    public required string CorpusLocation { get; init; }

    public required RunTotals Totals { get; init; }

    /// <summary>A record for this manifest and configuration, its ids computed.</summary>
    public static RunRecord Of(
        string manifestHash, RunConfiguration configuration, DateTimeOffset created, string projectVersion, string corpusLocation, RunTotals totals) => new()
        {
            Id = RunId.Of(manifestHash, configuration),
            DetectionKey = DetectionKey.Of(manifestHash, configuration),
            ManifestHash = manifestHash,
            Configuration = configuration,
            Created = created,
            ProjectVersion = projectVersion,
            CorpusLocation = corpusLocation,
            Totals = totals,
        };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, RunsJson.Indented.RunRecord);

    /// <exception cref="FormatException">Not a run record, of another format version, or its ids are not those of its content.</exception>
    public static RunRecord Parse(ReadOnlySpan<byte> json)
    {
        var record = RunsJson.Read(json, RunsJson.Default.RunRecord, "run.json");
        if (record.FormatVersion != CurrentFormatVersion)
        {
            throw new FormatException($"run.json has format version {record.FormatVersion}; this version reads {CurrentFormatVersion}.");
        }

        return record.Id == RunId.Of(record.ManifestHash, record.Configuration)
            ? record
            : throw new FormatException($"run.json: the id {record.Id} is not that of its manifest and configuration: the file was edited or damaged.");
    }
}

/// <summary>Size of a run.</summary>
/// <param name="Videos">Videos in the manifest.</param>
/// <param name="UnreadableVideos">Of these, videos without a plan, each with its reason on record.</param>
/// <param name="Chunks">Chunks of the plan.</param>
/// <param name="Frames">Frames of the plan.</param>
/// <param name="SelectedFrames">Frames that sampling selects.</param>
/// <param name="Bytes">Size of the videos.</param>
public sealed record RunTotals(int Videos, int UnreadableVideos, int Chunks, long Frames, long SelectedFrames, long Bytes);

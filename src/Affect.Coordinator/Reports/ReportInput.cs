using Affect.Core.Annotations;
using Affect.Core.Failures;
using Affect.Core.Statistics;

namespace Affect.Coordinator.Reports;

/// <summary>All that a report is made of. Texts may be anything (file names of strangers): the report escapes them.</summary>
public sealed record ReportInput
{
    public required string RunId { get; init; }

    /// <summary>When the report is made.</summary>
    public required DateTimeOffset Created { get; init; }

    public required string ProjectVersion { get; init; }

    /// <summary>The corpus as the user named it.</summary>
    public required string Corpus { get; init; }

    /// <summary>Nothing of the plan is left to do. A live report says false.</summary>
    public required bool IsFinished { get; init; }

    /// <summary>What changes the output, then what does not, in the order to show.</summary>
    public IReadOnlyList<ReportSetting> Configuration { get; init; } = [];

    /// <summary>Detector first, then the affect models.</summary>
    public IReadOnlyList<ReportModel> Models { get; init; } = [];

    /// <summary>Every video of the manifest, in its order, labelled or not.</summary>
    public IReadOnlyList<ReportVideo> Videos { get; init; } = [];

    /// <summary>Every failure, of whole videos too.</summary>
    public IReadOnlyList<ReportFailure> Failures { get; init; } = [];

    /// <summary><see cref="RunStatistics.Total"/> of the run.</summary>
    public required LabelStatistics Total { get; init; }

    /// <summary>The thresholds that made an action unit active, for each of the schema's units; empty where the model has none.</summary>
    public IReadOnlyList<float> ActionUnitThresholds { get; init; } = [];

    public ReportThroughput? Throughput { get; init; }

    /// <summary>Comparison with annotations, every annotated video added; or null.</summary>
    public Evaluation? Evaluation { get; init; }

    /// <summary>Where the annotations came from.</summary>
    public string? Truth { get; init; }
}

/// <summary>A line of the configuration.</summary>
public sealed record ReportSetting(string Key, string Value);

/// <summary>A model of the run.</summary>
/// <param name="Kind">detector or affect.</param>
/// <param name="Sha256">Hash of the model file.</param>
/// <param name="Notice">What every reader must know before using the labels; shown at the top. May be empty.</param>
/// <param name="Quality">Measured quality as the model card gives it.</param>
public sealed record ReportModel(
    string Kind, string Name, string Version, string Sha256, string Licence, string Source, string Notice, IReadOnlyList<ReportSetting> Quality);

/// <summary>A video of the run. Facts of a video that could not be read are null.</summary>
/// <param name="Id">The video's id in the manifest.</param>
/// <param name="Figures">Of its chunks; null when none was done or given up.</param>
/// <param name="Tracks">Tracks kept by the per-video pass; null before it.</param>
public sealed record ReportVideo(
    string Id, string? Codec, int? Width, int? Height, double? FramesPerSecond, bool IsVariableFrameRate, double? DurationSeconds,
    long? SizeBytes, VideoFigures? Figures, int? Tracks = null, string? Split = null, string? Group = null);

/// <summary>A failure as recorded.</summary>
/// <param name="Video">The video's id in the manifest.</param>
/// <param name="Chunk">The chunk's id, or null for the whole video.</param>
/// <param name="Attempts">Attempts made.</param>
public sealed record ReportFailure(string Video, string? Chunk, int Attempts, ChunkFailure Failure);

/// <summary>Time a stage of the pipeline was busy, over all workers.</summary>
public sealed record ReportStage(string Name, double BusySeconds);

/// <summary>What labelling the run cost. Unknown figures are null.</summary>
/// <param name="WallSeconds">From the start of the first chunk to the end of the last; null where it was done in several calls, with pauses between them.</param>
public sealed record ReportThroughput(
    double? WallSeconds, double? CpuSeconds, long? PeakMemoryBytes, int Workers, string Device, string Machine, IReadOnlyList<ReportStage> Stages);

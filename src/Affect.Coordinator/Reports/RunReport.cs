using System.Text.Json.Serialization;
using Affect.Core.Metrics;
using Affect.Core.Statistics;

namespace Affect.Coordinator.Reports;

/// <summary>
/// The content of <c>report.json</c>, which <c>report.html</c> embeds unchanged. Documented in docs/formats/report.md, which must agree.
/// Absent figures are <c>{ "value": null, "reason": "…" }</c>; nothing unmeasured is 0.
/// </summary>
public sealed record RunReport(
    string Format, int Version, RunFacts Run, IReadOnlyList<string> Notices, AccountingFacts Accounting, FaceFacts Faces, AffectFacts Affect,
    ExpressionFacts Expressions, ActionUnitFacts ActionUnits, IReadOnlyList<VideoFacts> Videos, IReadOnlyList<FailureFacts> Failures,
    ThroughputFacts? Throughput, EvaluationFacts? Evaluation)
{
    public const string FormatName = "affect-report";
    public const int FormatVersion = 1;
}

public sealed record RunFacts(
    string Id, string Created, string ProjectVersion, string Corpus, bool Finished, IReadOnlyList<ReportSetting> Configuration, IReadOnlyList<ReportModel> Models);

/// <summary>Frames by reason.</summary>
public sealed record ReasonCount(string Reason, long Count);

/// <param name="Balanced">In = with face + without face + skipped + failed.</param>
public sealed record AccountingFacts(
    int Videos, int VideosComplete, int VideosPartial, int VideosFailed, int VideosPending, double DurationSeconds, long FramesIn, long FramesWithFace, long FramesWithoutFace,
    long FramesSkipped, long FramesFailed, bool Balanced, IReadOnlyList<ReasonCount> Skipped, IReadOnlyList<ReasonCount> Failed, long Faces);

/// <summary>A histogram: counts[i] lies in [edges[i], edges[i + 1]).</summary>
public sealed record HistogramFacts(
    string Unit, bool Logarithmic, IReadOnlyList<double> Edges, IReadOnlyList<long> Counts, long Below, long Above, long Total, Measure P05, Measure P50, Measure P95);

/// <param name="PerFrame">Searched frames with 0, 1, 2, … faces; the last counter of 65 holds 64 and more.</param>
public sealed record FaceFacts(
    IReadOnlyList<long> PerFrame, HistogramFacts Size, HistogramFacts DetectionScore, HistogramFacts Sharpness,
    HistogramFacts Yaw, HistogramFacts Pitch, HistogramFacts Roll);

public sealed record MomentFacts(Measure Mean, Measure Deviation, Measure Minimum, Measure Maximum);

/// <param name="Density">Faces a cell, row-major, arousal rows from -1 upwards, valence columns from -1 upwards.</param>
public sealed record AffectFacts(long N, MomentFacts Valence, MomentFacts Arousal, Measure Correlation, int Cells, IReadOnlyList<long> Density);

public sealed record ExpressionClassFacts(string Name, long Support, long Winners, Measure Share, Measure MeanProbability);

public sealed record ExpressionFacts(long N, IReadOnlyList<ExpressionClassFacts> Classes, HistogramFacts Confidence);

public sealed record ActionUnitUnitFacts(string Name, double? Threshold, long Support, long Active, Measure BaseRate, Measure MeanProbability);

/// <param name="Together">Faces with both units active, square; the diagonal is <c>active</c>.</param>
public sealed record ActionUnitFacts(IReadOnlyList<ActionUnitUnitFacts> Units, IReadOnlyList<IReadOnlyList<long>> Together);

/// <summary>Course over time in 120 equal parts of the video: hundredths, rounded; null where a part holds nothing. Faces: mean faces a frame.</summary>
public sealed record SeriesFacts(IReadOnlyList<int?> Valence, IReadOnlyList<int?> Arousal, IReadOnlyList<int?> Faces);

/// <param name="Status">complete, partial (some frames failed or are missing), failed (nothing labelled), or pending (not done yet).</param>
public sealed record VideoFacts(
    string Id, string Status, string? Split, string? Group, string? Codec, int? Width, int? Height, double? FramesPerSecond, bool VariableFrameRate,
    double? DurationSeconds, long? SizeBytes, long FramesIn, long FramesWithFace, long FramesWithoutFace, long FramesSkipped, long FramesFailed, long Faces,
    int? Tracks, Measure Valence, Measure Arousal, string? TopExpression, SeriesFacts? Series, ScoreFacts? Scores);

public sealed record FailureFacts(string Video, string? Chunk, int Attempts, string Kind, string Message, string? Detail, string? Command);

/// <param name="WallSeconds">Of the labelling; null where it was done in several calls: then there are no rates either.</param>
public sealed record ThroughputFacts(
    double? WallSeconds, double? CpuSeconds, long? PeakMemoryBytes, int Workers, string Device, string Machine,
    Measure FramesPerSecond, Measure FacesPerSecond, Measure RealTimeFactor, IReadOnlyList<ReportStage> Stages);

/// <summary>Scores of one video.</summary>
public sealed record ScoreFacts(
    long Frames, Measure CccValence, Measure CccArousal, Measure ExpressionMacroF1, Measure ActionUnitMeanF1);

public sealed record CoverageFacts(long Annotated, long Evaluated, long Masked, IReadOnlyList<ReasonCount> Missing);

/// <summary>A score with the middle 95 % of its bootstrap over videos, or null.</summary>
public sealed record RatedScore(Measure Score, Interval? Interval);

public sealed record RegressionFacts(string Name, RegressionResult Result, RatedScore Ccc);

public sealed record ClassScoreFacts(string Name, ClassResult Result);

/// <param name="Confusion">Rows: truth; columns: prediction; in the order of <paramref name="Classes"/>, which holds the classes that occur.</param>
public sealed record ExpressionScoreFacts(
    CoverageFacts Coverage, RatedScore MacroF1, Measure Accuracy, IReadOnlyList<ClassScoreFacts> Classes, IReadOnlyList<IReadOnlyList<long>> Confusion);

public sealed record UnitScoreFacts(string Name, BinaryResult Result);

public sealed record ActionUnitScoreFacts(CoverageFacts Coverage, RatedScore MeanF1, Measure MeanAccuracy, IReadOnlyList<UnitScoreFacts> Units);

public sealed record AffectScoreFacts(CoverageFacts Coverage, RatedScore Score, IReadOnlyList<RegressionFacts> Dimensions);

public sealed record ProblemFacts(string File, int Line, string Message);

/// <param name="Problems">The first 200 problems.</param>
public sealed record EvaluationFacts(
    string Truth, int Videos, long UnmatchedAnnotations, long ProblemCount, IReadOnlyList<ProblemFacts> Problems, IReadOnlyList<string> IgnoredColumns,
    AffectScoreFacts? Affect, ExpressionScoreFacts? Expressions, ActionUnitScoreFacts? ActionUnits);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;

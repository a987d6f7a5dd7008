using System.Globalization;
using Affect.Core.Annotations;
using Affect.Core.Labels;
using Affect.Core.Statistics;

namespace Affect.Coordinator.Reports;

/// <summary>Turns sums into the figures of the report. Pure.</summary>
public static class RunReportBuilder
{
    private static readonly Measure NoValues = Measure.Absent("no values");

    public static RunReport Build(ReportInput input)
    {
        var total = input.Total;
        var failedVideos = input.Failures.Select(f => f.Video).ToHashSet(StringComparer.Ordinal);
        var scores = input.Evaluation?.Videos.ToDictionary(v => v.Video, v => EvaluationFactsBuilder.Scores(v.Sums), StringComparer.Ordinal);
        VideoFacts[] videos = [.. input.Videos.Select(v => Video(v, failedVideos.Contains(v.Id), scores?.GetValueOrDefault(v.Id)))];
        return new RunReport(
            RunReport.FormatName,
            RunReport.FormatVersion,
            new RunFacts(
                input.RunId,
                input.Created.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                input.ProjectVersion, input.Corpus, input.IsFinished, input.Configuration, input.Models),
            [.. input.Models.Select(m => m.Notice).Where(n => n.Length > 0).Distinct(StringComparer.Ordinal)],
            Accounting(total, videos),
            new FaceFacts(
                PerFrame(total.FacesPerFrame), Histogram(total.FaceSize), Histogram(total.DetectionScore), Histogram(total.Sharpness),
                Histogram(total.Yaw), Histogram(total.Pitch), Histogram(total.Roll)),
            Affect(total.Affect),
            Expressions(total.Expressions),
            ActionUnits(total.ActionUnits, input.ActionUnitThresholds),
            videos,
            [.. input.Failures.Select(f => new FailureFacts(
                f.Video, f.Chunk, f.Attempts, f.Failure.Kind.ToString(), f.Failure.Message, f.Failure.Detail, f.Failure.Command))],
            input.Throughput is { } throughput ? Throughput(throughput, total, videos) : null,
            input.Evaluation is { } evaluation ? EvaluationFactsBuilder.Build(evaluation, input.Truth ?? "") : null);
    }

    private static AccountingFacts Accounting(LabelStatistics total, VideoFacts[] videos)
    {
        var frames = total.Frames;
        return new AccountingFacts(
            videos.Length,
            videos.Count(v => v.Status == VideoStatus.Complete),
            videos.Count(v => v.Status == VideoStatus.Partial),
            videos.Count(v => v.Status == VideoStatus.Failed),
            videos.Count(v => v.Status == VideoStatus.Pending),
            videos.Sum(v => v.DurationSeconds ?? 0),
            frames.In, frames.WithFace, frames.WithoutFace, frames.SkippedTotal, frames.FailedTotal, frames.IsBalanced,
            Reasons(frames.Skipped), Reasons(frames.Failed), total.Faces);
    }

    internal static ReasonCount[] Reasons(IEnumerable<KeyValuePair<string, long>> counts) =>
        [.. counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => new ReasonCount(c.Key, c.Value))];

    private static long[] PerFrame(Counts counts)
    {
        var all = counts.ToArray();
        var last = Array.FindLastIndex(all, count => count > 0);
        return all[..(last + 1)];
    }

    private static HistogramFacts Histogram(Histogram histogram)
    {
        var counts = histogram.Counts.ToArray();
        return new HistogramFacts(
            histogram.Scale.Unit, histogram.Scale.IsLogarithmic, histogram.Scale.Edges, counts[1..^1], counts[0], counts[^1], histogram.Total,
            histogram.Quantile(0.05), histogram.Quantile(0.5), histogram.Quantile(0.95));
    }

    private static AffectFacts Affect(AffectMoments affect)
    {
        Measure Extreme(double value) => affect.N == 0 ? NoValues : Measure.Of(value);
        return new AffectFacts(
            affect.N,
            new MomentFacts(affect.MeanV, affect.DeviationV, Extreme(affect.MinV), Extreme(affect.MaxV)),
            new MomentFacts(affect.MeanA, affect.DeviationA, Extreme(affect.MinA), Extreme(affect.MaxA)),
            affect.Correlation, AffectMoments.DensityCells, affect.Density.ToArray());
    }

    private static ExpressionFacts Expressions(ExpressionStatistics expressions) => new(
        expressions.N,
        [.. LabelSchema.Expressions.Select((name, i) => new ExpressionClassFacts(
            name, expressions.Support[i], expressions.Winners[i], expressions.Share(i), expressions.Mean(i)))],
        Histogram(expressions.Confidence));

    private static ActionUnitFacts ActionUnits(ActionUnitStatistics units, IReadOnlyList<float> thresholds) => new(
        [.. LabelSchema.ActionUnits.Select((name, i) => new ActionUnitUnitFacts(
            name,
            i < thresholds.Count && float.IsFinite(thresholds[i]) ? Math.Round(thresholds[i], 4) : null,
            units.Support[i], units.Active(i), units.BaseRate(i), units.Mean(i)))],
        [.. LabelSchema.ActionUnits.Select((_, i) => (IReadOnlyList<long>)[.. LabelSchema.ActionUnits.Select((_, j) => units.Both(i, j))])]);

    private static VideoFacts Video(ReportVideo video, bool hasFailure, ScoreFacts? scores)
    {
        var figures = video.Figures;
        var frames = figures?.Frames ?? default;
        return new VideoFacts(
            video.Id, VideoStatus.Of(figures, hasFailure), video.Split, video.Group, video.Codec, video.Width, video.Height, video.FramesPerSecond,
            video.IsVariableFrameRate, video.DurationSeconds, video.SizeBytes, frames.Frames, frames.Labelled, frames.NoFace, frames.Skipped,
            frames.Failed, frames.Faces, video.Tracks, figures?.Valence ?? NoValues, figures?.Arousal ?? NoValues, figures?.TopExpression,
            figures is null ? null : new SeriesFacts(figures.Course.Valence, figures.Course.Arousal, figures.Course.Faces), scores);
    }

    private static ThroughputFacts Throughput(ReportThroughput throughput, LabelStatistics total, VideoFacts[] videos)
    {
        Measure PerSecond(double amount) =>
            throughput.WallSeconds is not { } seconds ? Measure.Absent("labelled in several calls")
            : seconds > 0 ? Measure.Of(amount / seconds) : Measure.Absent("no time was measured");
        return new ThroughputFacts(
            throughput.WallSeconds, throughput.CpuSeconds, throughput.PeakMemoryBytes, throughput.Workers, throughput.Device, throughput.Machine,
            PerSecond(total.Frames.WithFace + total.Frames.WithoutFace), PerSecond(total.Faces),
            PerSecond(videos.Where(v => v.FramesWithFace + v.FramesWithoutFace > 0).Sum(v => v.DurationSeconds ?? 0)), throughput.Stages);
    }
}

/// <summary>Words for what became of a video.</summary>
internal static class VideoStatus
{
    public const string Complete = "complete";
    public const string Partial = "partial";
    public const string Failed = "failed";
    public const string Pending = "pending";

    public static string Of(VideoFigures? figures, bool hasFailure) =>
        figures is null ? (hasFailure ? Failed : Pending)
        : figures.Frames is { Failed: 0, IsBalanced: true } && !hasFailure ? Complete
        : figures.Frames.Labelled + figures.Frames.NoFace > 0 ? Partial
        : Failed;
}

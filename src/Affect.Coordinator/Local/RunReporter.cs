using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Coordinator.Reports;
using Affect.Core.Annotations;
using Affect.Core.Corpora;
using Affect.Core.Failures;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Finalising;
using Affect.Engine.Local;
using Affect.Engine.Models;
using Affect.Engine.Runs;
using Affect.Storage.Objects;
using Affect.Vision.Models;

namespace Affect.Coordinator.Local;

/// <summary>All that a run's report is made from, whoever ran it.</summary>
/// <param name="Store">The run's objects.</param>
/// <param name="Run">Its definition.</param>
/// <param name="Manifest">Its corpus.</param>
/// <param name="Final">Its results.</param>
/// <param name="Failures">Every failure, videos first.</param>
/// <param name="Models">The models, where they are still at hand: for licence, notice and quality.</param>
/// <param name="Cost">What labelling it cost, or null where nothing is labelled.</param>
/// <param name="IsFinished">Nothing is left to do.</param>
internal sealed record ReportSource(
    RunStore Store, RunDefinition Run, CorpusManifest Manifest, FinalResult Final, IReadOnlyList<ReportFailure> Failures, ModelSet? Models, ReportThroughput? Cost,
    bool IsFinished);

/// <summary>Writes <c>failures.jsonl</c>, <c>report.json</c> and <c>report.html</c> of a run.</summary>
internal static class RunReporter
{
    /// <param name="source">The run.</param>
    /// <param name="evaluation">Comparison with annotations, or null.</param>
    /// <param name="truth">Where those came from.</param>
    /// <param name="scratchFolder">For the files on their way to storage.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public static async Task<RunReport> WriteAsync(
        ReportSource source, Evaluation? evaluation, string? truth, string scratchFolder, TimeProvider time, CancellationToken cancellationToken)
    {
        var report = RunReportBuilder.Build(InputOf(source, evaluation, truth, time));
        var (objects, layout) = (source.Store.Objects, source.Store.Layout);
        await objects.PutAsync(layout.Failures, Lines(source.Failures), cancellationToken).ConfigureAwait(false);
        await objects.PutAsync(layout.ReportJson, scratchFolder, file => ReportWriter.WriteJsonAsync(report, file, cancellationToken), cancellationToken).ConfigureAwait(false);
        await objects.PutAsync(layout.ReportHtml, scratchFolder, file => ReportWriter.WriteHtmlAsync(report, file, cancellationToken), cancellationToken).ConfigureAwait(false);
        return report;
    }

    /// <summary>The report's figures; nothing is written.</summary>
    public static RunReport Build(ReportSource source, TimeProvider time) => RunReportBuilder.Build(InputOf(source, null, null, time));

    /// <summary>Every failure of a run: unreadable videos, chunks given up, frames that did not decode.</summary>
    public static IReadOnlyList<ReportFailure> FailuresOf(RunDefinition run, ExecutionResult execution, FinalResult final)
    {
        return
        [
            .. run.Videos.Where(v => v.Failure is not null).Select(v => new ReportFailure(v.Id, null, 1, v.Failure!)),
            .. execution.Quarantined.Select(q => new ReportFailure(
                q.Chunk.VideoId, q.Chunk.Id.ToString(), q.Failures.Count, ReproducingCommand.AddTo(q.Failures[^1].Failure, run, q.Chunk.Id))),
            .. final.Done.Problems.Select(p => new ReportFailure(run.Videos[p.Key.Video].Id, p.Key.ToString(), final.Done.Find(p.Key)!.Value.Attempt.Number, p.Value)),
        ];
    }

    private static ReportInput InputOf(ReportSource source, Evaluation? evaluation, string? truth, TimeProvider time)
    {
        var run = source.Run;
        var thresholds = source.Models?.ActionUnitThresholds ?? [];
        return new ReportInput
        {
            RunId = run.Record.Id.ToString(),
            Created = time.GetUtcNow(),
            ProjectVersion = run.Record.ProjectVersion,
            Corpus = run.Record.CorpusLocation,
            IsFinished = source.IsFinished,
            Configuration = SettingsOf(source),
            Models = ModelsOf(source),
            Videos = [.. run.Videos.Select((video, i) => VideoOf(source, video, i))],
            Failures = source.Failures,
            Total = source.Final.Statistics.Total(),
            ActionUnitThresholds = thresholds,
            Throughput = source.Cost,
            Evaluation = evaluation,
            Truth = truth,
        };
    }

    private static ReportVideo VideoOf(ReportSource source, VideoRecord video, int number)
    {
        var entry = source.Manifest.Entries[number];
        return new ReportVideo(
            video.Id, video.Info?.Codec, video.Info?.Width, video.Info?.Height, video.Info?.FrameRate.Value, video.Info?.IsVariableFrameRate ?? false,
            video.Info?.DurationSeconds, entry.SizeBytes >= 0 ? entry.SizeBytes : null, source.Final.Statistics.Video(number),
            source.Final.Tracks.TryGetValue(number, out var tracks) ? tracks : null, entry.Split, entry.Group);
    }

    private static List<ReportSetting> SettingsOf(ReportSource source)
    {
        var c = source.Run.Record.Configuration;
        string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
        var settings = new List<ReportSetting>
        {
            new("Frames", SamplingText(c.Sampling)),
            new("Detection threshold", Number(c.Detector.ScoreThreshold)),
            new("Tracking", $"gap {Number(c.Tracking.MaxGapSeconds)} s"),
            new("Smoothing", c.Smoothing is { } s ? $"{Number(s.WindowSeconds)} s" : "none"),
            new("Label schema", c.LabelSchemaVersion.ToString(CultureInfo.InvariantCulture)),
            new("Manifest", source.Run.Record.ManifestHash),
        };
        settings.AddRange(source.Manifest.Duplicates.Select(d => new ReportSetting("Same content", string.Join(", ", d.Select(e => e.Id)))));
        return settings;
    }

    private static string SamplingText(Sampling s)
    {
        var which = s.FramesPerSecond is { } fps
            ? string.Create(CultureInfo.InvariantCulture, $"{fps:0.###} a second")
            : s.Every == 1 ? "all" : string.Create(CultureInfo.InvariantCulture, $"every {s.Every}");
        return s.StartSeconds is null && s.EndSeconds is null
            ? which
            : string.Create(CultureInfo.InvariantCulture, $"{which}, {s.StartSeconds ?? 0:0.###} s to {(s.EndSeconds is { } e ? $"{e:0.###} s" : "the end")}");
    }

    private static List<ReportModel> ModelsOf(ReportSource source)
    {
        var c = source.Run.Record.Configuration;
        var models = new List<ReportModel> { ModelOf("detector", c.Detector.Model, source.Models?.Detector) };
        models.AddRange(c.AffectModels.Select((m, i) => ModelOf("affect", m, source.Models?.Affect[i])));
        return models;
    }

    private static ReportModel ModelOf(string kind, ModelIdentity identity, ModelManifest? manifest) => new(
        kind, identity.Name, identity.Version, identity.Sha256, manifest?.Licence ?? string.Empty, manifest?.Source ?? string.Empty, manifest?.Notice ?? string.Empty,
        manifest is null ? [] : ModelQuality.Of(manifest));

    private static byte[] Lines(IReadOnlyList<ReportFailure> failures)
    {
        using var stream = new MemoryStream();
        foreach (var failure in failures)
        {
            var line = new FailureLine(
                failure.Video, failure.Chunk, failure.Attempts, FailureReasons.Of(failure.Failure.Kind), failure.Failure.Message, failure.Failure.Detail,
                failure.Failure.Command);
            JsonSerializer.Serialize(stream, line, FailureJson.Default.FailureLine);
            stream.WriteByte((byte)'\n');
        }

        return stream.ToArray();
    }
}

/// <summary>A line of <c>failures.jsonl</c>. Must agree with docs/formats/tree.md.</summary>
internal sealed record FailureLine(string Video, string? Chunk, int Attempts, string Reason, string Message, string? Detail, string? Command);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FailureLine))]
internal sealed partial class FailureJson : JsonSerializerContext;

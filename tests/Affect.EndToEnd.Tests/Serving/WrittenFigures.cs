using System.Text.Json;
using Affect.Coordinator.Reports;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Core.Statistics;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.Engine.Models;
using Affect.Storage.Parquet;

namespace Affect.EndToEnd.Tests.Serving;

/// <summary>
/// What a report must say of the chunks of a run that are done or given up at this moment, computed from the rows in the workers' Parquet files; of a marker only the name of that
/// file is used, not the statistics that the worker put into it. For runs that label every frame.
/// </summary>
internal static class WrittenFigures
{
    private static readonly string[] Accounted =
        ["framesIn", "framesWithFace", "framesWithoutFace", "framesSkipped", "framesFailed", "balanced", "skipped", "failed", "faces"];

    private static readonly string[] OfVideo =
        ["framesIn", "framesWithFace", "framesWithoutFace", "framesSkipped", "framesFailed", "faces", "valence", "arousal", "topExpression", "series"];

    /// <param name="run">Folder of the run.</param>
    public static JsonElement Of(string run)
    {
        using var text = File.OpenText(Path.Combine(run, "plan.jsonl"));
        var plan = PlanText.Read(text);
        var thresholds = ModelSet.Load(new ModelLocator(Installed.Root), null, []).ActionUnitThresholds;
        var frames = plan.GroupBy(chunk => chunk.Id.Video).ToDictionary(video => video.Key, video => video.Sum(chunk => (long)chunk.FrameCount));
        var files = RunFolder.DoneIn(run).ToDictionary(done => done.Chunk, done => Path.Combine(run, done.ObjectName));
        var failures = FailuresIn(run);
        var statistics = new RunStatistics();
        var (faces, valence) = (0L, 0.0);
        foreach (var spec in plan)
        {
            var chunk = new ChunkStatistics(spec, frames[spec.Id.Video]);
            if (files.TryGetValue(spec.Id, out var file))
            {
                foreach (var row in LabelParquet.Read(file, TestContext.Current.CancellationToken))
                {
                    chunk.Add(row, thresholds);
                    (faces, valence) = row.Face < 0 ? (faces, valence) : (faces + 1, valence + row.Valence);
                }
            }
            else if (failures[spec.Id].ToList() is { Count: var attempts } failed && attempts == LedgerOptions.Default.MaxAttempts)
            {
                chunk.AddFailed(Core.Failures.FailureReasons.Of(failed[^1].Failure.Kind), spec.FrameCount);
            }
            else
            {
                continue;
            }

            statistics.Add(chunk);
        }

        var total = statistics.Total();
        Assert.Equal(faces, total.Faces);
        Assert.Equal(valence / faces, total.Affect.MeanV.Value!.Value, 12);
        var report = RunReportBuilder.Build(new ReportInput
        {
            RunId = Path.GetFileName(run), Created = DateTimeOffset.UnixEpoch, ProjectVersion = "-", Corpus = "-", IsFinished = false, Total = total, ActionUnitThresholds = thresholds,
            Videos = [.. plan.DistinctBy(chunk => chunk.Id.Video).Select(chunk => new ReportVideo(chunk.VideoId, null, null, null, null, false, null, null, statistics.Video(chunk.Id.Video)))],
        });
        return JsonDocument.Parse(ReportWriter.Json(report)).RootElement;
    }

    /// <summary>Asserts that the figures are these, to the last bit.</summary>
    /// <param name="expected">From <see cref="Of"/>.</param>
    /// <param name="actual">A report, or live figures.</param>
    public static void AssertSame(JsonElement expected, JsonElement actual)
    {
        AssertFields(expected.GetProperty("accounting"), actual.GetProperty("accounting"), Accounted);
        AssertFields(expected, actual, ["faces", "affect", "expressions", "actionUnits"]);
        var videos = actual.GetProperty("videos").EnumerateArray().ToDictionary(video => video.GetProperty("id").GetString()!, StringComparer.Ordinal);
        Assert.All(expected.GetProperty("videos").EnumerateArray(), video => AssertFields(video, videos[video.GetProperty("id").GetString()!], OfVideo));
    }

    private static void AssertFields(JsonElement expected, JsonElement actual, IEnumerable<string> fields)
    {
        foreach (var field in fields)
        {
            var (e, a) = (expected.GetProperty(field), actual.GetProperty(field));
            Assert.True(JsonElement.DeepEquals(e, a), $"{field}: {a.GetRawText()}, not {e.GetRawText()}");
        }
    }

    private static ILookup<ChunkId, FailedRecord> FailuresIn(string run)
    {
        var folder = Path.Combine(run, "failed");
        return (Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : []).Select(file => FailedRecord.Parse(File.ReadAllBytes(file)))
            .OrderBy(failure => failure.Attempt.Number).ToLookup(failure => failure.Chunk);
    }
}

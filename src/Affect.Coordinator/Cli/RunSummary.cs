using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Coordinator.Reports;
using Affect.Core.Failures;
using Affect.Core.Statistics;
using Affect.Engine.Local;

namespace Affect.Coordinator.Cli;

/// <summary>What a finished run prints on stdout. Must agree with docs/cli.md.</summary>
internal sealed record RunSummary(
    string RunId,
    string Location,
    string Report,
    int Videos,
    int UnreadableVideos,
    int Chunks,
    int ChunksDoneBefore,
    int ChunksGivenUp,
    long FramesIn,
    long FramesWithFace,
    long FramesWithoutFace,
    long FramesSkipped,
    long FramesFailed,
    long Faces,
    int Tracks,
    int Failures,
    string? ReusedRun,
    int ChunksReused,
    double WallSeconds,
    double? FramesPerSecond)
{
    private const int MostVideosShown = 20;

    public static void Print(LocalRunResult result, RunReport report, IReadOnlyList<ReportFailure> failures, OutputFormat format)
    {
        foreach (var note in result.Notes)
        {
            Console.Error.WriteLine($"affect: {note}");
        }

        var summary = Of(result, failures.Count);
        if (format == OutputFormat.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(summary, SummaryJson.Default.RunSummary));
            return;
        }

        Console.Out.WriteLine(VideoTable(result).ToString());
        if (result.Run.Videos.Count > MostVideosShown)
        {
            Console.Out.WriteLine($"... and {result.Run.Videos.Count - MostVideosShown} more videos in the report");
        }

        Console.Out.WriteLine();
        Console.Out.WriteLine(summary.ToText());
        foreach (var failure in failures.Take(5))
        {
            Console.Out.WriteLine($"failed   {failure.Video}{(failure.Chunk is null ? string.Empty : $" {failure.Chunk}")}: {failure.Failure.Message}");
        }

        if (failures.Count > 5)
        {
            Console.Out.WriteLine($"failed   ... and {failures.Count - 5} more in failures.jsonl");
        }

        Console.Out.WriteLine($"labels   {summary.Location}/labels");
        Console.Out.WriteLine($"report   {summary.Report}");
    }

    private static RunSummary Of(LocalRunResult result, int failures)
    {
        var total = result.Final.Statistics.Total();
        var store = result.Store;
        string Place(string name) => Places.Of(store.Objects, name);
        var labelled = result.Execution.Progress.Done - result.ChunksBefore;
        var frames = result.Final.Done.Counts.Frames - result.Final.Done.Counts.Skipped;
        return new RunSummary(
            result.Run.Record.Id.ToString(), Place(store.Layout.Root.TrimEnd('/')), Place(store.Layout.ReportHtml), result.Run.Videos.Count,
            result.Run.Videos.Count(v => v.Failure is not null), result.Run.Plan.Count, result.ChunksBefore, result.Execution.Progress.Quarantined, total.Frames.In,
            total.Frames.WithFace, total.Frames.WithoutFace, total.Frames.SkippedTotal, total.Frames.FailedTotal, total.Faces,
            result.Final.Tracks.Values.Sum(), failures, result.ReusedRun, result.ChunksReused, Math.Round(result.Wall.TotalSeconds, 3),
            result is { ChunksBefore: 0, ChunksReused: 0 } && labelled > 0 ? Math.Round(frames / result.WorkingTime.TotalSeconds, 1) : null);
    }

    private static SummaryTable VideoTable(LocalRunResult result)
    {
        var table = new SummaryTable("video", "codec", "size", "frames", "faces", "tracks", "valence", "arousal", "expression");
        for (var i = 0; i < Math.Min(MostVideosShown, result.Run.Videos.Count); i++)
        {
            var video = result.Run.Videos[i];
            if (result.Final.Statistics.Video(i) is not { } figures)
            {
                table.Add(video.Id, video.Info?.Codec ?? "-", "-", "-", "-", "-", "-", "-", video.Failure is { } f ? FailureReasons.Of(f.Kind) : "-");
                continue;
            }

            table.Add(
                video.Id, video.Info!.Codec, $"{video.Info.Width}x{video.Info.Height}", Whole(figures.Frames.Frames), Whole(figures.Frames.Faces),
                Whole(result.Final.Tracks.GetValueOrDefault(i)), Mean(figures.Valence), Mean(figures.Arousal),
                figures.TopExpression ?? "-");
        }

        return table;
    }

    private string ToText()
    {
        var c = CultureInfo.InvariantCulture;
        var speed = FramesPerSecond is { } fps ? string.Create(c, $", {fps:F0} frames/s") : string.Empty;
        var before = ChunksDoneBefore > 0 ? string.Create(c, $", {ChunksDoneBefore} of them before") : string.Empty;
        var reused = ReusedRun is null ? string.Empty
            : ChunksReused > 0 ? string.Create(c, $"\nreused   labels of {ChunksReused} chunks from earlier runs ({ReusedRun}): same videos, same models")
            : $"\nfaces    found by run {ReusedRun}, same detector";
        return string.Create(c, $"run      {RunId}: {Videos} videos ({UnreadableVideos} unreadable), {Chunks} chunks{before}, {ChunksGivenUp} given up, {WallSeconds:F1} s{speed}") +
            string.Create(c, $"\nframes   {FramesIn} in = {FramesWithFace} with a face + {FramesWithoutFace} without + {FramesSkipped} skipped + {FramesFailed} failed") +
            string.Create(c, $"\nfaces    {Faces} in {Tracks} tracks") + reused;
    }

    private static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Mean(Measure mean) => mean.Value is { } v ? v.ToString("F2", CultureInfo.InvariantCulture) : "-";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunSummary))]
internal sealed partial class SummaryJson : JsonSerializerContext;

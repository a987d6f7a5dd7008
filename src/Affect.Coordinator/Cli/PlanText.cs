using System.Globalization;
using System.Text;
using Affect.Engine.Estimating;

namespace Affect.Coordinator.Cli;

/// <summary>A plan as a table for people.</summary>
internal static class PlanText
{
    public static string Of(PlanOutput plan)
    {
        var c = CultureInfo.InvariantCulture;
        var table = new SummaryTable("video", "codec", "size", "fps", "seconds", "frames", "selected", "chunks", "note");
        foreach (var v in plan.Videos)
        {
            table.Add(
                v.Id, v.Codec ?? "-", v.Width is null ? "-" : string.Create(c, $"{v.Width}x{v.Height}"), v.FramesPerSecond is { } fps ? Figures.Fixed(fps, 2) : "-",
                v.DurationSeconds is { } seconds ? Figures.Fixed(seconds, 1) : "-", Figures.Whole(v.Frames), Figures.Whole(v.SelectedFrames), Figures.Whole(v.Chunks), Note(v));
        }

        var text = new StringBuilder().Append(table).Append("\n\n");
        foreach (var v in plan.Videos.Where(v => v.Problem is not null))
        {
            text.Append(c, $"unreadable {v.Id}: {v.Problem}\n");
        }

        foreach (var group in plan.Duplicates)
        {
            text.Append(c, $"same content {string.Join(", ", group)}\n");
        }

        foreach (var note in plan.Notes)
        {
            text.Append(c, $"note     {note}\n");
        }

        var t = plan.Totals;
        text.Append(c, $"total    {t.Videos} videos ({t.UnreadableVideos} unreadable, {t.VariableFrameRateVideos} with variable frame rate), ")
            .Append(c, $"{ProgressDisplay.Span(TimeSpan.FromSeconds(t.DurationSeconds))}, {Figures.Bytes(t.SizeBytes)}, {t.Frames} frames, {t.SelectedFrames} selected, {t.Chunks} chunks\n");
        text.Append(c, $"run      {plan.RunId}{(plan.ChunksDone is { } done ? string.Create(c, $": there already, {done} chunks done") : ": new")}");
        if (plan.Earlier.Videos > 0)
        {
            text.Append(c, $"\nbefore   {plan.Earlier.Videos} videos ({plan.Earlier.SelectedFrames} selected frames) are in earlier runs with the same models: labels that are done there are taken");
        }

        if (plan.SavedManifest is { } saved)
        {
            text.Append(c, $"\nmanifest {saved}");
        }

        if (plan.Estimate is { } e)
        {
            Estimate(text, e);
        }

        return text.ToString();
    }

    private static void Estimate(StringBuilder text, RunEstimate e)
    {
        var c = CultureInfo.InvariantCulture;
        string Span(double seconds) => ProgressDisplay.Span(TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2)));
        text.Append(c, $"\ntime     about {Span(e.Seconds.Expected)} ({Span(e.Seconds.Low)} to {Span(e.Seconds.High)}) from nothing, {e.FramesPerSecond:F1} frames/s with {e.Lanes} lanes");
        text.Append(c, $"\ndisk     about {Figures.Bytes(e.DiskBytes.Expected)} ({Figures.Bytes(e.DiskBytes.Low)} to {Figures.Bytes(e.DiskBytes.High)}), {e.BytesPerRow:F0} bytes a row");
        foreach (var s in e.Samples)
        {
            text.Append(c, $"\nsample   {s.Video}: {s.Frames} frames at {s.SlowestFramesPerSecond:F1} to {s.FastestFramesPerSecond:F1} frames/s, {s.FacesPerFrame:F2} faces a frame");
        }
    }

    private static string Note(PlanVideo v) =>
        v.Reason ?? string.Join("; ", new[] { v.VariableFrameRate ? "VFR" : string.Empty }.Concat(v.Anomalies).Where(n => n.Length > 0));
}

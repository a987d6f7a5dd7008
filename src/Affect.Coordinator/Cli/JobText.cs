using System.Globalization;
using Affect.Core.Jobs;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Cli;

/// <summary>A job's state in words, for the commands that show jobs.</summary>
internal static class JobText
{
    public static string State(JobStatus status) => status.Job is { IsPaused: true, IsEnded: false } ? "paused" : status.Job.Phase.ToString().ToLowerInvariant();

    public static string Percent(JobStatus status) => status.Job.Phase == JobPhase.Done ? "100 %"
        : status.Progress is { TotalFrames: > 0 } p ? string.Create(CultureInfo.InvariantCulture, $"{100.0 * (p.Counts.Frames + p.GivenUpFrames) / p.TotalFrames:F1} %") : "-";

    public static string Line(JobStatus status, IReadOnlyList<WorkerStatus> workers)
    {
        var parts = new List<string> { State(status) };
        if (status.Progress is { } p)
        {
            parts.Add(Percent(status));
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"chunks {p.Done}/{p.Chunks}"));
            if (p.Quarantined > 0)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"given up {p.Quarantined}"));
            }

            if (p.FailedAttempts > 0)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"failed attempts {p.FailedAttempts}"));
            }
        }

        if (status.Job.Phase == JobPhase.Running)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{status.FramesPerSecond:F0} frames/s"));
            parts.Add(status.Remaining is { } eta
                ? $"ETA {ProgressDisplay.Span(eta.Expected)} ({ProgressDisplay.Span(eta.Earliest)} to {ProgressDisplay.Span(eta.Latest)})"
                : "ETA not yet known");
            if (Bottleneck(workers) is { } bottleneck)
            {
                parts.Add($"bottleneck {bottleneck}");
            }
        }

        parts.Add(string.Create(CultureInfo.InvariantCulture, $"workers {workers.Count(w => !w.IsLost)}"));
        parts.AddRange(status.Notes.Where(note => note != "paused"));
        return string.Join("  ", parts);
    }

    /// <summary>The stage that the workers alive spent most of their time in.</summary>
    public static string? Bottleneck(IReadOnlyList<WorkerStatus> workers) =>
        workers.Where(w => !w.IsLost).Aggregate(default(Core.Processing.StageTimings), (sum, w) => sum + w.Announcement.Timings).Bottleneck;
}

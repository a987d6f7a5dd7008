using Affect.Core.Processing;

namespace Affect.Engine.Serving;

/// <summary>What a worker tells of itself every few seconds. Its name is that of the process: all its lanes lease under it.</summary>
public sealed record WorkerAnnouncement
{
    /// <summary>Unique among the workers alive; host, process id and a few random characters.</summary>
    public required string Name { get; init; }

    public required string Host { get; init; }

    /// <summary>Version of the project that it runs.</summary>
    public required string Version { get; init; }

    /// <summary>Where inference runs: <c>cpu</c>, <c>cuda:0</c>, <c>tensorrt:0</c>.</summary>
    public required string Device { get; init; }

    /// <summary>What decodes: <c>cpu</c>, <c>cuda</c>, <c>vaapi</c>.</summary>
    public required string Decoder { get; init; }

    /// <summary>Requirement tags that it meets: <c>codec:…</c>, <c>model:…</c>, <c>device:…</c>; sorted.</summary>
    public required IReadOnlyList<string> Offers { get; init; }

    /// <summary>One entry a lane.</summary>
    public required IReadOnlyList<LaneState> Lanes { get; init; }

    /// <summary>It takes no new work and will leave.</summary>
    public bool IsDraining { get; init; }

    /// <summary>Frames labelled since it started.</summary>
    public long Frames { get; init; }

    /// <summary>Faces labelled since it started.</summary>
    public long Faces { get; init; }

    /// <summary>Chunks completed since it started.</summary>
    public long Chunks { get; init; }

    /// <summary>Busy time of all lanes by stage since it started.</summary>
    public StageTimings Timings { get; init; }
}

/// <summary>What one lane does now; nulls when idle.</summary>
/// <param name="Job">Job id.</param>
/// <param name="Work"><c>planning</c>, <c>finalising</c>, or a chunk id.</param>
/// <param name="Video">Video in hand.</param>
/// <param name="FramesDone">Frames of the chunk done so far.</param>
/// <param name="FramesTotal">Frames of the chunk to label.</param>
public sealed record LaneState(string? Job, string? Work, string? Video, long FramesDone, long FramesTotal);

/// <summary>A worker as the server knows it.</summary>
/// <param name="Announcement">What it said last.</param>
/// <param name="FirstSeen">When it came.</param>
/// <param name="LastSeen">When it was heard of last.</param>
/// <param name="FramesPerSecond">Over the last half minute.</param>
/// <param name="IsLost">Silent for longer than <see cref="WorkerRegistry.SilenceLimit"/>: its leases run out.</param>
public sealed record WorkerStatus(WorkerAnnouncement Announcement, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, double FramesPerSecond, bool IsLost);

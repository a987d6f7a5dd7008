namespace Affect.Core.Planning;

/// <summary>
/// How finely videos are cut. Does not change any label, so it is not part of a run's identity; the plan of a run is written once and kept.
/// </summary>
/// <param name="TargetFramesPerChunk">
/// Frames to decode a chunk, about; [<see cref="MinimumTarget"/>, <see cref="MaximumTarget"/>], default <see cref="DefaultTarget"/>.
/// Smaller chunks spread better and lose less work to a crash; larger ones cost fewer decoder starts. The largest target, where <see cref="Workers"/> is given.
/// </param>
public sealed record PlanOptions(int TargetFramesPerChunk = PlanOptions.DefaultTarget)
{
    /// <summary>One minute at 25 frames a second: a decoder start (about 0.1 s) stays below 1 % of the chunk's work.</summary>
    public const int DefaultTarget = 1500;

    public const int MinimumTarget = 1;

    public const int MaximumTarget = 1_000_000;

    /// <summary>
    /// Smallest target that <see cref="TargetAt"/> chooses by itself. A chunk costs 0.05 CPU seconds beside its frames, 2 % of 250 (docs/benchmarks.md); where ffmpeg is
    /// started for each, 0.1 to 0.4, which the last chunks of a run are worth.
    /// </summary>
    public const int SmallestSpreadTarget = 250;

    /// <summary>Chunks a worker that what is left of a corpus is cut into.</summary>
    public const int ChunksPerWorker = 4;

    public static readonly PlanOptions Default = new();

    /// <summary>
    /// Workers that are to end at the same time, or null: chunks then get smaller towards the end of the corpus (guided self-scheduling), so that the last ones leave nobody idle
    /// for long, and one long video spreads over all.
    /// </summary>
    public int? Workers { get; init; }

    /// <summary>No target falls below it; at most <see cref="TargetFramesPerChunk"/>.</summary>
    public int SmallestTarget { get; init; } = SmallestSpreadTarget;

    /// <summary>Options that keep this many workers busy to the end; at least 1.</summary>
    public static PlanOptions For(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        return new PlanOptions { Workers = workers };
    }

    /// <summary>Target of a chunk at whose start so many frames of the corpus are left to label.</summary>
    public int TargetAt(long framesLeft) => Workers is { } workers
        ? (int)Math.Clamp(framesLeft / ((long)workers * ChunksPerWorker), SmallestTarget, TargetFramesPerChunk)
        : TargetFramesPerChunk;
}

namespace Affect.Core.Planning;

/// <summary>
/// How finely videos are cut. Does not change any label, so it is not part of a run's identity; the plan of a run is written once and kept.
/// </summary>
/// <param name="TargetFramesPerChunk">
/// Frames to decode a chunk, about; [<see cref="MinimumTarget"/>, <see cref="MaximumTarget"/>], default <see cref="DefaultTarget"/>.
/// Smaller chunks spread better and lose less work to a crash; larger ones cost fewer decoder starts.
/// </param>
public sealed record PlanOptions(int TargetFramesPerChunk = PlanOptions.DefaultTarget)
{
    /// <summary>One minute at 25 frames a second: a decoder start (about 0.1 s) stays below 1 % of the chunk's work.</summary>
    public const int DefaultTarget = 1500;

    public const int MinimumTarget = 1;

    public const int MaximumTarget = 1_000_000;

    /// <summary>
    /// Smallest target that <see cref="For"/> chooses. Starting a decoder costs 0.2 to 0.4 CPU seconds where ffmpeg links two hundred libraries: 5 % of the work
    /// on 500 frames, 15 % on 150.
    /// </summary>
    public const int SmallestSpreadTarget = 500;

    /// <summary>Chunks a worker that <see cref="For"/> aims at, so that the last chunks leave no worker idle for long.</summary>
    public const int ChunksPerWorker = 4;

    public static readonly PlanOptions Default = new();

    /// <summary>
    /// Options that keep every worker busy: the default target, or less where the whole corpus would give fewer than
    /// <see cref="ChunksPerWorker"/> chunks a worker (one long video among many workers).
    /// </summary>
    public static PlanOptions For(long corpusFrames, int workers)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(corpusFrames);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        return new PlanOptions((int)Math.Clamp(corpusFrames / ((long)workers * ChunksPerWorker), SmallestSpreadTarget, DefaultTarget));
    }
}

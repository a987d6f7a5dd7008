namespace Affect.Core.Processing;

/// <summary>Follows the frames of a chunk while it is processed; called from the lane's thread, must return at once.</summary>
public interface IChunkObserver
{
    /// <summary>Frames were finished: <paramref name="frames"/> more, with <paramref name="faces"/> faces.</summary>
    void Advanced(int frames, int faces, StageTimings spent);
}

/// <summary>
/// Labels chunks. The seam that lets ledger, engine and cluster be tested without ffmpeg and models. One instance serves one lane: it is
/// not thread-safe and keeps its buffers between chunks.
/// </summary>
public interface IChunkProcessor : IDisposable
{
    /// <summary>
    /// Labels one chunk. Data failures are outcomes; an exception means a defect, a missing tool or cancellation
    /// (<see cref="OperationCanceledException"/>).
    /// </summary>
    Task<ChunkOutcome> ProcessAsync(ChunkJob job, IChunkObserver observer, CancellationToken cancellationToken);
}

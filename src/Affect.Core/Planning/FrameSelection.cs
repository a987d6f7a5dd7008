using Affect.Core.Video;

namespace Affect.Core.Planning;

/// <summary>
/// The frames of one video that are labelled. Immutable and thread-safe. For every chunk
/// <c>chunk.FrameCount = CountIn(chunk) + SkippedIn(chunk)</c>, and over the chunks of a plan both add up to the video's.
/// </summary>
public sealed class FrameSelection
{
    private readonly int[]? _ranks;

    /// <param name="frameCount">Frames of the video.</param>
    /// <param name="ranks">Selected ranks, strictly increasing, or null for all.</param>
    internal FrameSelection(int frameCount, int[]? ranks)
    {
        FrameCount = frameCount;
        _ranks = ranks;
    }

    /// <summary>All frames of the video.</summary>
    public int FrameCount { get; }

    /// <summary>Frames to label.</summary>
    public int Count => _ranks?.Length ?? FrameCount;

    /// <summary>Whether nothing is skipped.</summary>
    public bool IsAll => _ranks is null;

    /// <summary>Rank of the first selected frame, or -1.</summary>
    public int FirstRank => Count == 0 ? -1 : this[0];

    /// <summary>Rank of the last selected frame, or -1.</summary>
    public int LastRank => Count == 0 ? -1 : this[Count - 1];

    /// <summary>Rank of the i-th selected frame.</summary>
    public int this[int i] => _ranks is null ? i : _ranks[i];

    public bool Contains(long rank) =>
        rank >= 0 && rank < FrameCount && (_ranks is null || Array.BinarySearch(_ranks, (int)rank) >= 0);

    /// <summary>Number of selected frames at and after this rank, which is in 0 to <see cref="FrameCount"/>.</summary>
    public int CountFrom(int rank) => Count - PositionOf(rank);

    /// <summary>Number of selected frames in the chunk.</summary>
    public int CountIn(ChunkSpec chunk)
    {
        var (first, end) = PositionsIn(chunk);
        return end - first;
    }

    /// <summary>Number of frames of the chunk that sampling leaves out.</summary>
    public int SkippedIn(ChunkSpec chunk) => chunk.FrameCount - CountIn(chunk);

    /// <summary>Ranks of the selected frames of the chunk, in order.</summary>
    public IEnumerable<int> RanksIn(ChunkSpec chunk)
    {
        var (first, end) = PositionsIn(chunk);
        for (var i = first; i < end; i++)
        {
            yield return this[i];
        }
    }

    /// <summary>
    /// The frames that must be decoded for the selected frames of a chunk: from the last keyframe at or before the first of them
    /// (or the chunk's start) to the last of them. Null when the chunk has none: nothing needs to be decoded.
    /// </summary>
    public DecodeRange? DecodeRangeOf(ChunkSpec chunk, FrameIndex index)
    {
        var (first, end) = PositionsIn(chunk);
        if (first == end)
        {
            return null;
        }

        var keyframe = index.Keyframes.BinarySearch(this[first]);
        var position = keyframe < 0 ? ~keyframe - 1 : keyframe;
        var start = position < 0 ? (int)chunk.FirstFrame : Math.Max(index.Keyframes[position], (int)chunk.FirstFrame);
        var last = this[end - 1];
        return new DecodeRange(start, last + 1, index.Pts[start], last + 1 < index.FrameCount ? index.Pts[last + 1] : long.MaxValue);
    }

    private (int First, int End) PositionsIn(ChunkSpec chunk)
    {
        if (chunk.FirstFrame < 0 || chunk.FrameCount < 0 || chunk.FirstFrame + chunk.FrameCount > FrameCount)
        {
            throw new ArgumentException($"Chunk {chunk.Id} ends at frame {chunk.FirstFrame + chunk.FrameCount} of a video of {FrameCount}.", nameof(chunk));
        }

        return (PositionOf((int)chunk.FirstFrame), PositionOf((int)(chunk.FirstFrame + chunk.FrameCount)));
    }

    /// <summary>Position of the first selected rank that is not below this one.</summary>
    private int PositionOf(int rank)
    {
        if (_ranks is null)
        {
            return rank;
        }

        var i = Array.BinarySearch(_ranks, rank);
        return i < 0 ? ~i : i;
    }
}

/// <summary>Half-open range of frames to decode: ranks [StartFrame, EndFrame), PTS [StartPts, EndPts).</summary>
public readonly record struct DecodeRange(int StartFrame, int EndFrame, long StartPts, long EndPts);

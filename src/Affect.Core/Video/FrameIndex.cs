namespace Affect.Core.Video;

/// <summary>
/// Every frame of a video in presentation order, known from the packets alone (nothing is decoded). A frame's index is its rank here.
/// Immutable and thread-safe. PTS are strictly increasing.
/// </summary>
public sealed class FrameIndex
{
    private readonly long[] _pts;
    private readonly int[] _keyframes;

    /// <param name="pts">PTS in stream time base units, strictly increasing.</param>
    /// <param name="keyframes">Ranks of the frames at which decoding can start, strictly increasing.</param>
    public FrameIndex(long[] pts, int[] keyframes)
    {
        for (var i = 1; i < pts.Length; i++)
        {
            if (pts[i] <= pts[i - 1])
            {
                throw new ArgumentException($"PTS must increase: frame {i} has {pts[i]} after {pts[i - 1]}.", nameof(pts));
            }
        }

        for (var i = 0; i < keyframes.Length; i++)
        {
            if (keyframes[i] < 0 || keyframes[i] >= pts.Length || (i > 0 && keyframes[i] <= keyframes[i - 1]))
            {
                throw new ArgumentException($"Keyframe ranks must increase within the video: entry {i} is {keyframes[i]}.", nameof(keyframes));
            }
        }

        _pts = pts;
        _keyframes = keyframes;
    }

    public int FrameCount => _pts.Length;

    public ReadOnlySpan<long> Pts => _pts;

    public ReadOnlySpan<int> Keyframes => _keyframes;

    /// <summary>Rank of the frame with exactly this PTS, or -1.</summary>
    public int IndexOf(long pts)
    {
        var i = Array.BinarySearch(_pts, pts);
        return i < 0 ? -1 : i;
    }
}

using Affect.Core.Planning;
using Affect.Core.Video;

namespace Affect.Engine.Working;

/// <summary>Parts of a chunk by way of sampling: the chunk stays whole, so that decoding starts where it would in a run.</summary>
internal static class FrameRange
{
    /// <summary>The sampling that selects what <paramref name="sampling"/> does, from one frame to another (both included).</summary>
    public static Sampling Narrow(Sampling sampling, FrameIndex index, Rational timeBase, int firstRank, int lastRank)
    {
        // A frame's time is half a tick after its time stamp (Sampling): bounds a quarter of a tick before it and a quarter after select it for sure.
        double Seconds(int rank, double ticks) => (index.Pts[rank] - index.Pts[0] + ticks) * timeBase.Numerator / timeBase.Denominator;
        return sampling with { StartSeconds = Math.Max(0, Seconds(firstRank, 0.25)), EndSeconds = Seconds(lastRank, 0.75) };
    }
}

using Affect.Core.Video;

namespace Affect.Core.Planning;

/// <summary>Applies a <see cref="Sampling"/> to the frames of one video. Pure and deterministic; knows nothing of chunks.</summary>
public static class FrameSelector
{
    /// <param name="index">Every frame of the video.</param>
    /// <param name="timeBase">Seconds a PTS tick.</param>
    /// <param name="sampling">What to label; must be valid.</param>
    /// <exception cref="ArgumentException">The sampling is not valid, or the time base is not positive.</exception>
    public static FrameSelection Select(FrameIndex index, Rational timeBase, Sampling sampling)
    {
        if (sampling.Validate() is { } problem)
        {
            throw new ArgumentException(problem, nameof(sampling));
        }

        if (timeBase.Numerator <= 0 || timeBase.Denominator <= 0)
        {
            throw new ArgumentException($"The time base must be positive, not {timeBase}.", nameof(timeBase));
        }

        return new FrameSelection(index.FrameCount, sampling.IsAll ? null : Ranks(index.Pts, timeBase, sampling));
    }

    private static int[] Ranks(ReadOnlySpan<long> pts, Rational timeBase, Sampling sampling)
    {
        var ranks = new List<int>();
        var previousSlot = -1.0;
        for (var i = 0; i < pts.Length; i++)
        {
            // One division, last: exact for whole rates, where the quotient's floor decides.
            var doubledTicks = (2.0 * (pts[i] - pts[0])) + 1.0;
            var denominator = 2.0 * timeBase.Denominator;
            var seconds = doubledTicks * timeBase.Numerator / denominator;
            var taken = i % sampling.Every == 0;
            if (sampling.FramesPerSecond is { } fps)
            {
                var slot = Math.Floor(doubledTicks * timeBase.Numerator * fps / denominator);
                taken = i == 0 || slot > previousSlot;
                previousSlot = slot;
            }

            if (taken && !(seconds < sampling.StartSeconds) && !(seconds >= sampling.EndSeconds))
            {
                ranks.Add(i);
            }
        }

        return [.. ranks];
    }
}

namespace Affect.Core.Planning;

/// <summary>
/// Which frames are labelled; the others are accounted for as skipped. Decided by the frame's rank and PTS in the whole video alone, so it does
/// not depend on chunking. Part of a run's identity. Applied by <see cref="FrameSelector"/>.
/// <para>
/// Times are relative to the video's first frame: <c>t(i) = (pts(i) - pts(0) + 1/2) * time base</c>. The half tick undoes the rounding of time
/// stamps to ticks: in a container of 1 ms ticks a frame due at 133.33 ms is stored as 133 and still reaches 133.33 ms.
/// A frame is labelled when all of these hold:
/// <list type="bullet">
/// <item><c>i mod Every = 0</c>;</item>
/// <item>if <c>FramesPerSecond</c> is set: <c>i = 0</c> or <c>floor(t(i) * fps) &gt; floor(t(i-1) * fps)</c>, that is, it is the first frame to
/// reach a multiple of 1/fps. After a gap longer than 1/fps no frame is taken twice and none is made up;</item>
/// <item>if <c>StartSeconds</c> is set: <c>t(i) &gt;= StartSeconds</c>;</item>
/// <item>if <c>EndSeconds</c> is set: <c>t(i) &lt; EndSeconds</c>, so that [a, b) and [b, c) have no frame in common and lose none.</item>
/// </list>
/// Start and end do not move the grid of the first two: a run over a part of a video labels a subset of the frames of a run over the whole.
/// </para>
/// </summary>
/// <param name="Every">Label frames whose rank is a multiple of this; at least 1; 1 = all.</param>
/// <param name="FramesPerSecond">At most this many frames a second, above 0, or null. Not together with <paramref name="Every"/> above 1.</param>
/// <param name="StartSeconds">Label from this time on (inclusive), at least 0, or null.</param>
/// <param name="EndSeconds">Label up to this time (exclusive), above the start, or null.</param>
public sealed record Sampling(int Every = 1, double? FramesPerSecond = null, double? StartSeconds = null, double? EndSeconds = null)
{
    public static readonly Sampling All = new();

    public bool IsAll => this == All;

    /// <summary>What is wrong with the values, naming the option and its range, or null.</summary>
    public string? Validate()
    {
        if (Every < 1)
        {
            return $"every must be at least 1, not {Every}";
        }

        if (FramesPerSecond is { } fps && !(fps > 0 && double.IsFinite(fps)))
        {
            return $"fps must be above 0, not {fps}";
        }

        if (Every > 1 && FramesPerSecond is not null)
        {
            return "every and fps exclude each other: give one of them";
        }

        if (StartSeconds is { } start && !(start >= 0 && double.IsFinite(start)))
        {
            return $"start must be at least 0 seconds, not {start}";
        }

        return EndSeconds is { } end && !(end > (StartSeconds ?? 0) && double.IsFinite(end))
            ? $"end must be above the start ({StartSeconds ?? 0} seconds), not {end}"
            : null;
    }
}

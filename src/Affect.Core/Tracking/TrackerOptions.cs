namespace Affect.Core.Tracking;

/// <summary>How faces of successive frames become tracks, see <see cref="FaceTracker"/>. Part of a run's identity.</summary>
/// <param name="MaxGapSeconds">A track ends when its face was not seen for longer than this; at least 0, default 1 s.</param>
/// <param name="MaxCost">A face joins a track at a cost of at most this, in [0, 1]; default 0.7.</param>
/// <param name="AppearanceWeight">Share of appearance in the cost, the rest is overlap and distance; in [0, 1), default 0.4.</param>
/// <param name="MinimumLikeness">
/// A face never joins a track that it resembles less than this (normalised correlation of the thumbnails) in the very next moment, in [0, 1]; default 0.5.
/// Falls with the time since the track was seen, by exp(-dt / 1 s). Cuts tracks where the picture cuts. Measured on six clips at 8 to 10 frames a second: a
/// person from one frame to the next 0.86 and more (1st percentile, least 0.70), over a whole clip 0.19 and more; different people -0.5 to 0.6.
/// </param>
public sealed record TrackerOptions(
    double MaxGapSeconds = 1.0, double MaxCost = 0.7, double AppearanceWeight = 0.4, double MinimumLikeness = 0.5)
{
    public static readonly TrackerOptions Default = new();

    /// <summary>What is wrong with the values, naming the option and its range, or null.</summary>
    public string? Validate() =>
        !(MaxGapSeconds >= 0 && double.IsFinite(MaxGapSeconds)) ? $"tracking gap must be at least 0 seconds, not {MaxGapSeconds}"
        : !(MaxCost is >= 0 and <= 1) ? $"tracking cost must be in [0, 1], not {MaxCost}"
        : !(AppearanceWeight is >= 0 and < 1) ? $"appearance weight must be in [0, 1), not {AppearanceWeight}"
        : !(MinimumLikeness is >= 0 and <= 1) ? $"minimum likeness must be in [0, 1], not {MinimumLikeness}"
        : null;
}

namespace Affect.Core.Tracking;

/// <summary>
/// Centred moving average over each track: a label becomes the mean of the track's labels not further away in time than half the window. Part of a run's identity.
/// </summary>
/// <param name="WindowSeconds">Width of the window; above 0, default 0.5 s.</param>
public sealed record SmoothingOptions(double WindowSeconds = 0.5)
{
    /// <summary>What is wrong with the values, naming the option and its range, or null.</summary>
    public string? Validate() =>
        WindowSeconds > 0 && double.IsFinite(WindowSeconds) ? null : $"smoothing window must be above 0 seconds, not {WindowSeconds}";
}

namespace Affect.Core.Statistics;

/// <summary>
/// A derived figure that may not exist: either a value, or null with the reason. Nothing that could not be measured is ever shown as 0.
/// </summary>
/// <param name="Value">The figure, or null.</param>
/// <param name="Reason">Why there is no figure; null where there is one.</param>
public readonly record struct Measure(double? Value, string? Reason)
{
    public static Measure Of(double value) => new(value, null);

    public static Measure Absent(string reason) => new(null, reason);
}

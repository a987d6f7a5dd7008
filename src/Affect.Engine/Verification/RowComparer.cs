using System.Globalization;
using Affect.Core.Labels;

namespace Affect.Engine.Verification;

/// <summary>Compares two label rows column by column.</summary>
/// <param name="tolerance">Largest absolute difference of two numbers that still counts as equal; 0: the same bits (no value equals no value).</param>
internal sealed class RowComparer(float tolerance)
{
    private static readonly (string Name, Func<LabelRow, float> Value)[] Numbers =
    [
        ("box_x", r => r.BoxX), ("box_y", r => r.BoxY), ("box_w", r => r.BoxWidth), ("box_h", r => r.BoxHeight), ("det_score", r => r.DetectionScore),
        ("yaw", r => r.YawDegrees), ("pitch", r => r.PitchDegrees), ("roll", r => r.RollDegrees), ("size_px", r => r.SizePixels),
        ("sharpness", r => r.Sharpness), ("valence", r => r.Valence), ("arousal", r => r.Arousal),
    ];

    /// <summary>What differs, named by column, or null. Track and thumbnail are compared on request: chunk files have no tracks, final labels no thumbnails.</summary>
    public string? Difference(LabelRow expected, LabelRow actual, bool withTrack, bool withAppearance)
    {
        if (expected.Video != actual.Video || expected.Frame != actual.Frame || expected.Face != actual.Face)
        {
            return $"row of {Name(expected)} where {Name(actual)} is stored";
        }

        if (expected.Pts != actual.Pts || expected.TimeSeconds != actual.TimeSeconds)
        {
            return string.Create(CultureInfo.InvariantCulture, $"pts is {actual.Pts}, should be {expected.Pts}");
        }

        if (expected.Status != actual.Status || expected.Reason != actual.Reason)
        {
            return $"status is {actual.Status} {actual.Reason}, should be {expected.Status} {expected.Reason}";
        }

        if (expected.Chunk != actual.Chunk || expected.Model != actual.Model)
        {
            return $"chunk and model are {actual.Chunk} {actual.Model}, should be {expected.Chunk} {expected.Model}";
        }

        if (withTrack && expected.Track != actual.Track)
        {
            return string.Create(CultureInfo.InvariantCulture, $"track is {actual.Track}, should be {expected.Track}");
        }

        foreach (var (name, value) in Numbers)
        {
            if (!Same(value(expected), value(actual)))
            {
                return Text(name, value(expected), value(actual));
            }
        }

        return Difference("landmarks", expected.Landmarks, actual.Landmarks)
            ?? Difference("expr", expected.Expressions, actual.Expressions)
            ?? Difference("AU", expected.ActionUnits, actual.ActionUnits)
            ?? (expected.Expression != actual.Expression && tolerance == 0
                ? $"expression is {actual.Expression}, should be {expected.Expression}"
                : withAppearance && tolerance == 0 && !expected.Appearance.AsSpan().SequenceEqual(actual.Appearance) ? "appearance differs" : null);
    }

    private static string Name(LabelRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.Video} frame {row.Frame} face {row.Face}");

    private string? Difference(string name, float[] expected, float[] actual)
    {
        // No array and an array of absent values say the same.
        for (var i = 0; i < Math.Max(expected.Length, actual.Length); i++)
        {
            var (e, a) = (i < expected.Length ? expected[i] : float.NaN, i < actual.Length ? actual[i] : float.NaN);
            if (!Same(e, a))
            {
                return Text(string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]"), e, a);
            }
        }

        return null;
    }

    private bool Same(float expected, float actual) => expected.Equals(actual) || Math.Abs(expected - actual) <= tolerance;

    private static string Text(string name, float expected, float actual) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} is {actual:G9}, should be {expected:G9}");
}

using System.Globalization;
using Affect.Core.Labels;

namespace Affect.Core.Annotations;

/// <summary>Label values as annotation files write them. Each parser gives false and a sentence for what it does not accept.</summary>
internal static class LabelText
{
    /// <summary>ABAW's mark of a frame without valence and arousal.</summary>
    public const float MaskedAffect = -5;

    /// <summary>A number in [-1, 1]; empty or -5 is masked (NaN).</summary>
    public static bool TryAffect(string text, string column, out float value, out string error)
    {
        error = "";
        value = float.NaN;
        if (text.Length == 0)
        {
            return true;
        }

        if (!float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !float.IsFinite(number))
        {
            error = $"{column} '{Shown(text)}' is not a number";
            return false;
        }

        if (number == MaskedAffect)
        {
            return true;
        }

        if (number is < -1 or > 1)
        {
            error = $"{column} {Shown(text)} lies outside [-1, 1] (-5 marks a frame that is not annotated)";
            return false;
        }

        value = number;
        return true;
    }

    /// <summary>0 or 1; empty or -1 is masked.</summary>
    public static bool TryActionUnit(string text, string column, out sbyte value, out string error)
    {
        error = "";
        value = -1;
        if (text.Length == 0)
        {
            return true;
        }

        if (!float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || number is not (-1 or 0 or 1))
        {
            error = $"{column} '{Shown(text)}' is none of 0, 1 and -1";
            return false;
        }

        value = (sbyte)number;
        return true;
    }

    /// <summary>A position in the file's own list of classes; -1 is masked.</summary>
    public static bool TryExpressionIndex(string text, IReadOnlyList<int> classes, out int expression, out string error)
    {
        error = "";
        expression = -1;
        if (!float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || number != MathF.Floor(number) ||
            number < -1 || number >= classes.Count)
        {
            error = $"expression '{Shown(text)}' is no whole number from -1 to {classes.Count - 1}";
            return false;
        }

        expression = number < 0 ? -1 : classes[(int)number];
        return true;
    }

    /// <summary>A class by name; empty or -1 is masked.</summary>
    public static bool TryExpressionName(string text, out int expression, out string error)
    {
        error = "";
        expression = -1;
        if (text is "" or "-1")
        {
            return true;
        }

        expression = LabelSchema.ExpressionIndex(text);
        if (expression < 0)
        {
            error = $"expression '{Shown(text)}' is none of {string.Join(", ", LabelSchema.Expressions)} (names, not numbers: orders differ between data sets)";
            return false;
        }

        return true;
    }

    /// <summary>Text of a file in a message: never long, never with control characters.</summary>
    public static string Shown(string text)
    {
        var shown = text.Length > 40 ? text[..40] + "…" : text;
        return string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
    }
}

namespace Affect.Core.Labels;

/// <summary>
/// The closed vocabulary of the label columns. Expression and action unit arrays in <see cref="LabelRow"/> are indexed by the
/// positions given here; the Parquet columns carry these names. Must agree with docs/formats/labels.md and model.json heads.
/// </summary>
public static class LabelSchema
{
    /// <summary>Raised whenever a column changes its name, type or meaning; part of a run's identity.</summary>
    public const int Version = 1;

    /// <summary>Expression classes in column order. The first eight are FER+/AffectNet's; "Other" is ABAW's eighth class.</summary>
    public static readonly IReadOnlyList<string> Expressions =
        ["Neutral", "Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise", "Contempt", "Other"];

    /// <summary>The twelve action units of the ABAW challenges (FACS numbers), in column order.</summary>
    public static readonly IReadOnlyList<string> ActionUnits =
        ["AU1", "AU2", "AU4", "AU6", "AU7", "AU10", "AU12", "AU15", "AU23", "AU24", "AU25", "AU26"];

    /// <summary>The canonical landmarks in column order; right and left are the subject's.</summary>
    public static readonly IReadOnlyList<string> Landmarks = ["right_eye", "left_eye", "nose", "mouth"];

    /// <summary>Position of an expression class, or -1.</summary>
    public static int ExpressionIndex(string name) => IndexOf(Expressions, name);

    /// <summary>Position of an action unit, or -1.</summary>
    public static int ActionUnitIndex(string name) => IndexOf(ActionUnits, name);

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (string.Equals(names[i], name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }
}

using Affect.Core.Labels;

namespace Affect.Core.Annotations;

/// <summary>Which of two people in the picture an annotation file speaks of; left and right as seen in the picture.</summary>
public enum PersonSide
{
    /// <summary>Not said: the most prominent person of the frame.</summary>
    Any = 0,
    Left = 1,
    Right = 2,
}

/// <summary>What a person (or a file) says of one face in one frame. Masked values are NaN or -1.</summary>
/// <param name="Video">The video as the file names it.</param>
/// <param name="Line">Line of the file, from 1.</param>
/// <param name="Frame">Frame rank from 0, or -1 where the time is given instead.</param>
/// <param name="TimeSeconds">Presentation time in seconds, or NaN where the frame is given.</param>
public sealed record TruthRow(string Video, int Line, long Frame, double TimeSeconds)
{
    private static readonly IReadOnlyList<int> AllExpressions = [.. Enumerable.Range(0, LabelSchema.Expressions.Count)];

    /// <summary>Index of the face in the frame as in the label table, or -1.</summary>
    public int Face { get; init; } = -1;

    /// <summary>Track id as in the label table, or -1.</summary>
    public int Track { get; init; } = -1;

    /// <summary>Valence in [-1, 1], or NaN.</summary>
    public float Valence { get; init; } = float.NaN;

    /// <summary>Arousal in [-1, 1], or NaN.</summary>
    public float Arousal { get; init; } = float.NaN;

    /// <summary>Position in <see cref="LabelSchema.Expressions"/>, or -1.</summary>
    public int Expression { get; init; } = -1;

    /// <summary>The classes between which the annotator chose; a prediction is taken among these.</summary>
    public IReadOnlyList<int> ExpressionClasses { get; init; } = AllExpressions;

    /// <summary>1 active, 0 not, -1 masked, for each of <see cref="LabelSchema.ActionUnits"/>; empty: all masked.</summary>
    public IReadOnlyList<sbyte> ActionUnits { get; init; } = [];
}

/// <summary>A line that could not be understood. Its row is left out; the rows after it keep their frames.</summary>
public sealed record AnnotationError(string File, int Line, string Message);

/// <summary>What was read from one annotation file.</summary>
/// <param name="Name">The file, as given.</param>
/// <param name="Format">Name of the layout recognised, or empty when none was.</param>
/// <param name="Rows">The rows understood, in file order.</param>
/// <param name="Errors">The lines that were not.</param>
/// <param name="IgnoredColumns">Labels that this project has no column for (AU20 of ABAW1): not evaluated, and said so.</param>
public sealed record AnnotationFile(
    string Name, string Format, IReadOnlyList<TruthRow> Rows, IReadOnlyList<AnnotationError> Errors, IReadOnlyList<string> IgnoredColumns);

using Affect.Core.Labels;

namespace Affect.Vision.Labelling;

/// <summary>What the affect model(s) say of one face. What no model predicts is NaN.</summary>
/// <param name="Valence">In [-1, 1].</param>
/// <param name="Arousal">In [-1, 1].</param>
/// <param name="Expressions">Probabilities in the order of <see cref="LabelSchema.Expressions"/>: float32 [9].</param>
/// <param name="ActionUnits">Probabilities in the order of <see cref="LabelSchema.ActionUnits"/>: float32 [12].</param>
public sealed record AffectScores(float Valence, float Arousal, float[] Expressions, float[] ActionUnits)
{
    internal static AffectScores Absent()
    {
        var expressions = new float[LabelSchema.Expressions.Count];
        var actionUnits = new float[LabelSchema.ActionUnits.Count];
        expressions.AsSpan().Fill(float.NaN);
        actionUnits.AsSpan().Fill(float.NaN);
        return new AffectScores(float.NaN, float.NaN, expressions, actionUnits);
    }
}

/// <summary>A face that went through the model(s).</summary>
/// <param name="Token">What the caller gave with the face, to find it again.</param>
public readonly record struct LabelledFace(long Token, AffectScores Scores);

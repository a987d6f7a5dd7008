using Affect.Core.Labels;
using Affect.Vision.Models;

namespace Affect.Vision.Labelling;

/// <summary>Sums of the models' results for one face, by label column; reused from face to face.</summary>
internal sealed class ScoreSum
{
    private readonly double[] _expressions = new double[LabelSchema.Expressions.Count];
    private readonly double[] _actionUnits = new double[LabelSchema.ActionUnits.Count];
    private readonly double[] _valenceArousal = new double[2];
    private readonly int[] _models = new int[4];

    public void Add(ModelHead head, ReadOnlySpan<float> values)
    {
        _models[(int)head.Task]++;
        for (var i = 0; i < values.Length; i++)
        {
            var label = head.Labels[i];
            switch (head.Task)
            {
                case AffectTask.Expression:
                    _expressions[LabelSchema.ExpressionIndex(label)] += values[i];
                    break;
                case AffectTask.ActionUnits:
                    _actionUnits[LabelSchema.ActionUnitIndex(label)] += values[i];
                    break;
                default:
                    _valenceArousal[label == "valence" ? 0 : 1] += values[i];
                    break;
            }
        }
    }

    /// <summary>The averages; clears the sums.</summary>
    public AffectScores Take(IReadOnlyList<AffectManifest> manifests)
    {
        var scores = AffectScores.Absent();
        foreach (var manifest in manifests)
        {
            foreach (var head in manifest.Heads)
            {
                var models = _models[(int)head.Task];
                foreach (var label in head.Labels)
                {
                    switch (head.Task)
                    {
                        case AffectTask.Expression:
                            var column = LabelSchema.ExpressionIndex(label);
                            scores.Expressions[column] = (float)(_expressions[column] / models);
                            break;
                        case AffectTask.ActionUnits:
                            var unit = LabelSchema.ActionUnitIndex(label);
                            scores.ActionUnits[unit] = (float)(_actionUnits[unit] / models);
                            break;
                        default:
                            scores = scores with { Valence = (float)(_valenceArousal[0] / models), Arousal = (float)(_valenceArousal[1] / models) };
                            break;
                    }
                }
            }
        }

        Array.Clear(_expressions);
        Array.Clear(_actionUnits);
        Array.Clear(_valenceArousal);
        Array.Clear(_models);
        return scores;
    }
}

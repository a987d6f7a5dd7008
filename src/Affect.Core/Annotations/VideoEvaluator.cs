using Affect.Core.Labels;

namespace Affect.Core.Annotations;

/// <summary>Compares the label rows of one video with its annotations. See <see cref="FaceMatcher"/> for which face is meant.</summary>
/// <param name="thresholds">A threshold for each of <see cref="LabelSchema.ActionUnits"/>.</param>
/// <param name="timeToleranceSeconds">How far a labelled frame may lie from an annotated time; half a frame at 24 frames a second unless given.</param>
public sealed class VideoEvaluator(IReadOnlyList<float> thresholds, double timeToleranceSeconds = 0.5 / 24)
{
    /// <param name="rows">All label rows of the video, with their tracks.</param>
    /// <param name="truth">Annotations of this video, each with the person meant.</param>
    public EvaluationSums Evaluate(IEnumerable<LabelRow> rows, IEnumerable<(TruthRow Row, PersonSide Side)> truth)
    {
        var matcher = new FaceMatcher(rows, timeToleranceSeconds);
        var sums = new EvaluationSums();
        foreach (var (annotation, side) in truth)
        {
            var row = matcher.Find(annotation, side, out var reason);
            AddAffect(sums, annotation, row, reason);
            AddExpression(sums, annotation, row, reason);
            AddActionUnits(sums, annotation, row, reason);
        }

        return sums;
    }

    private static void AddAffect(EvaluationSums sums, TruthRow truth, LabelRow? row, string reason)
    {
        var (valence, arousal) = (!float.IsNaN(truth.Valence), !float.IsNaN(truth.Arousal));
        if (!valence && !arousal)
        {
            sums.AffectCoverage.AddMasked();
        }
        else if (row is null)
        {
            sums.AffectCoverage.AddMissing(reason);
        }
        else if ((valence && !float.IsFinite(row.Valence)) || (arousal && !float.IsFinite(row.Arousal)))
        {
            sums.AffectCoverage.AddMissing(MissingReason.NoOutput);
        }
        else
        {
            sums.AffectCoverage.AddEvaluated();
            if (valence)
            {
                sums.Valence.Add(truth.Valence, row.Valence);
            }

            if (arousal)
            {
                sums.Arousal.Add(truth.Arousal, row.Arousal);
            }
        }
    }

    private static void AddExpression(EvaluationSums sums, TruthRow truth, LabelRow? row, string reason)
    {
        if (truth.Expression < 0)
        {
            sums.ExpressionCoverage.AddMasked();
            return;
        }

        if (row is null)
        {
            sums.ExpressionCoverage.AddMissing(reason);
            return;
        }

        // Among the annotator's classes: a class that the annotator could not choose must not count as a mistake.
        var best = -1;
        foreach (var candidate in truth.ExpressionClasses)
        {
            if (candidate < row.Expressions.Length && !float.IsNaN(row.Expressions[candidate]) &&
                (best < 0 || row.Expressions[candidate] > row.Expressions[best]))
            {
                best = candidate;
            }
        }

        if (best < 0)
        {
            sums.ExpressionCoverage.AddMissing(MissingReason.NoOutput);
            return;
        }

        sums.ExpressionCoverage.AddEvaluated();
        sums.Expressions.Add(truth.Expression, best);
    }

    private void AddActionUnits(EvaluationSums sums, TruthRow truth, LabelRow? row, string reason)
    {
        for (var unit = 0; unit < LabelSchema.ActionUnits.Count; unit++)
        {
            var active = unit < truth.ActionUnits.Count ? truth.ActionUnits[unit] : (sbyte)-1;
            if (active < 0)
            {
                sums.ActionUnitCoverage.AddMasked();
            }
            else if (row is null)
            {
                sums.ActionUnitCoverage.AddMissing(reason);
            }
            else if (unit >= row.ActionUnits.Length || float.IsNaN(row.ActionUnits[unit]))
            {
                sums.ActionUnitCoverage.AddMissing(MissingReason.NoOutput);
            }
            else
            {
                sums.ActionUnitCoverage.AddEvaluated();
                sums.ActionUnits[unit].Add(active == 1, row.ActionUnits[unit] >= thresholds[unit]);
            }
        }
    }
}

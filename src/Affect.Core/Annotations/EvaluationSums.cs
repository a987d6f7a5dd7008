using Affect.Core.Labels;
using Affect.Core.Metrics;
using Affect.Core.Statistics;

namespace Affect.Core.Annotations;

/// <summary>What became of the annotations of one task: annotated = evaluated + missing (by reason). Nothing is dropped silently.</summary>
public sealed class TaskCoverage
{
    /// <summary>Annotations that are not masked.</summary>
    public long Annotated { get; private set; }

    /// <summary>Of these, the ones with a prediction.</summary>
    public long Evaluated { get; private set; }

    /// <summary>Annotations that carry the mask of the task.</summary>
    public long Masked { get; private set; }

    /// <summary>Annotated but without a prediction, by <see cref="MissingReason"/>. Left out of the figures, never counted as wrong or as 0.</summary>
    public SortedDictionary<string, long> Missing { get; } = new(StringComparer.Ordinal);

    internal void AddMasked() => Masked++;

    internal void AddEvaluated()
    {
        Annotated++;
        Evaluated++;
    }

    internal void AddMissing(string reason)
    {
        Annotated++;
        FrameAccounting.Increase(Missing, reason, 1);
    }

    internal void Add(TaskCoverage other)
    {
        Annotated += other.Annotated;
        Evaluated += other.Evaluated;
        Masked += other.Masked;
        foreach (var (reason, n) in other.Missing)
        {
            FrameAccounting.Increase(Missing, reason, n);
        }
    }
}

/// <summary>
/// Sums of comparing predictions with truth; mergeable, so the pooled figures are those of all frames together. The action unit task counts one
/// annotation for each unit. Not thread-safe.
/// </summary>
public sealed class EvaluationSums
{
    public TaskCoverage AffectCoverage { get; } = new();

    public TaskCoverage ExpressionCoverage { get; } = new();

    public TaskCoverage ActionUnitCoverage { get; } = new();

    public RegressionAccumulator Valence { get; } = new();

    public RegressionAccumulator Arousal { get; } = new();

    /// <summary>Indexed by <see cref="LabelSchema.Expressions"/>.</summary>
    public ConfusionMatrix Expressions { get; } = new(LabelSchema.Expressions.Count);

    /// <summary>Indexed by <see cref="LabelSchema.ActionUnits"/>.</summary>
    public IReadOnlyList<BinaryAccumulator> ActionUnits { get; } = [.. LabelSchema.ActionUnits.Select(_ => new BinaryAccumulator())];

    /// <summary>ABAW's VA score, <c>0.5·(CCC_V + CCC_A)</c>; null where either is.</summary>
    public Measure AffectScore()
    {
        var (valence, arousal) = (Valence.Result().Ccc, Arousal.Result().Ccc);
        return valence.Value is { } v && arousal.Value is { } a
            ? Measure.Of((v + a) / 2)
            : Measure.Absent(valence.Reason is null ? $"arousal: {arousal.Reason}" : $"valence: {valence.Reason}");
    }

    /// <summary>ABAW's EXPR score, macro-F1.</summary>
    public Measure ExpressionScore() => Expressions.MacroF1();

    /// <summary>ABAW's AU score, mean F1.</summary>
    public Measure ActionUnitScore() => BinaryAccumulator.MeanF1(ActionUnits);

    public void Add(EvaluationSums other)
    {
        AffectCoverage.Add(other.AffectCoverage);
        ExpressionCoverage.Add(other.ExpressionCoverage);
        ActionUnitCoverage.Add(other.ActionUnitCoverage);
        Valence.Add(other.Valence);
        Arousal.Add(other.Arousal);
        Expressions.Add(other.Expressions);
        foreach (var (unit, more) in ActionUnits.Zip(other.ActionUnits))
        {
            unit.Add(more);
        }
    }
}

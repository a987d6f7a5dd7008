using Affect.Core.Statistics;

namespace Affect.Core.Metrics;

/// <summary>Figures of one class.</summary>
/// <param name="Support">Items whose truth it is.</param>
/// <param name="Predicted">Items predicted as it.</param>
/// <param name="F1"><c>2·tp / (2·tp + fp + fn)</c>; null where the class is in neither truth nor prediction.</param>
/// <param name="Precision">Null where it is never predicted.</param>
/// <param name="Recall">Null where it is never true.</param>
public sealed record ClassResult(long Support, long Predicted, Measure F1, Measure Precision, Measure Recall);

/// <summary>
/// Counts of (truth, prediction) over a fixed list of classes. Merging is exact. Macro-F1 is the mean over the classes that are in the
/// truth or in the prediction (scikit-learn's default), so a class that a set of data does not hold neither helps nor harms; it is null without items.
/// Not thread-safe.
/// </summary>
public sealed class ConfusionMatrix(int classes)
{
    private readonly Counts _counts = new(classes * classes);

    public int Classes => classes;

    public long N => _counts.Total;

    public long this[int truth, int prediction] => _counts[Cell(truth, prediction)];

    public void Add(int truth, int prediction) => _counts.Add(Cell(truth, prediction));

    public void Add(ConfusionMatrix other) => _counts.Add(other._counts);

    public ClassResult Class(int index)
    {
        var right = this[index, index];
        var support = 0L;
        var predicted = 0L;
        for (var other = 0; other < classes; other++)
        {
            support += this[index, other];
            predicted += this[other, index];
        }

        return new ClassResult(
            support,
            predicted,
            support + predicted == 0 ? Measure.Absent("neither in the truth nor predicted") : Measure.Of(2.0 * right / (support + predicted)),
            predicted == 0 ? Measure.Absent("never predicted") : Measure.Of((double)right / predicted),
            support == 0 ? Measure.Absent("not in the truth") : Measure.Of((double)right / support));
    }

    public Measure MacroF1()
    {
        var scores = Enumerable.Range(0, classes).Select(i => Class(i).F1.Value).OfType<double>().ToArray();
        return scores.Length == 0 ? Measure.Absent("no items") : Measure.Of(scores.Average());
    }

    public Measure Accuracy()
    {
        var n = N;
        return n == 0
            ? Measure.Absent("no items")
            : Measure.Of((double)Enumerable.Range(0, classes).Sum(i => this[i, i]) / n);
    }

    private int Cell(int truth, int prediction)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(truth);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(truth, classes);
        ArgumentOutOfRangeException.ThrowIfNegative(prediction);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(prediction, classes);
        return (truth * classes) + prediction;
    }
}

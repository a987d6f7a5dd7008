using Affect.Core.Statistics;

namespace Affect.Core.Metrics;

/// <summary>Figures of one action unit.</summary>
/// <param name="N">Items with a truth and a prediction.</param>
/// <param name="Positives">Items in which the truth is active.</param>
/// <param name="PredictedPositives">Items in which the prediction is active.</param>
/// <param name="F1">F1 of the active class; null where neither truth nor prediction is ever active.</param>
/// <param name="Accuracy">Part of the items that agree.</param>
public sealed record BinaryResult(long N, long Positives, long PredictedPositives, Measure F1, Measure Accuracy);

/// <summary>
/// Counts of a yes/no label. Merging is exact. Not thread-safe.
/// </summary>
public sealed class BinaryAccumulator
{
    private long _truePositives;
    private long _falsePositives;
    private long _falseNegatives;
    private long _trueNegatives;

    public long N => _truePositives + _falsePositives + _falseNegatives + _trueNegatives;

    public void Add(bool truth, bool prediction)
    {
        _truePositives += truth && prediction ? 1 : 0;
        _falsePositives += !truth && prediction ? 1 : 0;
        _falseNegatives += truth && !prediction ? 1 : 0;
        _trueNegatives += !truth && !prediction ? 1 : 0;
    }

    public void Add(BinaryAccumulator other)
    {
        _truePositives += other._truePositives;
        _falsePositives += other._falsePositives;
        _falseNegatives += other._falseNegatives;
        _trueNegatives += other._trueNegatives;
    }

    public BinaryResult Result()
    {
        var n = N;
        var marked = (2 * _truePositives) + _falsePositives + _falseNegatives;
        return new BinaryResult(
            n,
            _truePositives + _falseNegatives,
            _truePositives + _falsePositives,
            n == 0 ? Measure.Absent("no items")
                : marked == 0 ? Measure.Absent("never active in truth or prediction")
                : Measure.Of(2.0 * _truePositives / marked),
            n == 0 ? Measure.Absent("no items") : Measure.Of((double)(_truePositives + _trueNegatives) / n));
    }

    /// <summary>Mean F1 over the units that have one; null where none has.</summary>
    public static Measure MeanF1(IEnumerable<BinaryAccumulator> units) => Mean(units.Select(unit => unit.Result().F1));

    /// <summary>Mean accuracy over the units that have one; null where none has.</summary>
    public static Measure MeanAccuracy(IEnumerable<BinaryAccumulator> units) => Mean(units.Select(unit => unit.Result().Accuracy));

    private static Measure Mean(IEnumerable<Measure> measures)
    {
        var values = measures.Select(m => m.Value).OfType<double>().ToArray();
        return values.Length == 0 ? Measure.Absent("no unit with support") : Measure.Of(values.Average());
    }
}

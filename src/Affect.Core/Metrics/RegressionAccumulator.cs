using Affect.Core.Statistics;

namespace Affect.Core.Metrics;

/// <summary>
/// Agreement of a continuous prediction (p) with its truth (t) over n pairs.
/// </summary>
/// <param name="N">Pairs.</param>
/// <param name="Ccc">Concordance correlation, <c>2·cov / (var_t + var_p + (mean_t - mean_p)²)</c>, all moments over n (Lin 1989).</param>
/// <param name="Pcc">Pearson correlation.</param>
/// <param name="Rmse">Root of the mean squared error.</param>
/// <param name="Sagr">Part of the pairs with the same sign; 0 agrees with 0 only.</param>
/// <param name="MeanTruth">Mean of the truth.</param>
/// <param name="MeanPrediction">Mean of the prediction.</param>
/// <param name="DeviationTruth">Population standard deviation of the truth.</param>
/// <param name="DeviationPrediction">Population standard deviation of the prediction.</param>
public sealed record RegressionResult(
    long N, Measure Ccc, Measure Pcc, Measure Rmse, Measure Sagr,
    Measure MeanTruth, Measure MeanPrediction, Measure DeviationTruth, Measure DeviationPrediction);

/// <summary>
/// Accumulates pairs for <see cref="RegressionResult"/> in one pass. Central moments are updated as by Welford and merged as by Chan, Golub and
/// LeVeque (1979), so that a large common mean does not cancel the variance. Merging parts gives the figures of the whole to rounding;
/// the identity is a new instance. Not thread-safe.
/// </summary>
/// <remarks>
/// Without variance: CCC and PCC are null where the truth is constant (no agreement can be told from it); where only the prediction is constant,
/// PCC is null and CCC is 0 by its formula, so that a collapsed model cannot hide.
/// </remarks>
public sealed class RegressionAccumulator
{
    private double _meanT;
    private double _meanP;
    private double _squaresT;
    private double _squaresP;
    private double _products;
    private double _squaredError;
    private long _sameSign;

    // Extremes tell a constant series exactly; sums only to rounding.
    private double _minT = double.PositiveInfinity;
    private double _maxT = double.NegativeInfinity;
    private double _minP = double.PositiveInfinity;
    private double _maxP = double.NegativeInfinity;

    public long N { get; private set; }

    /// <summary>Adds a pair; both must be finite (masked pairs are the caller's to leave out and count).</summary>
    public void Add(double truth, double prediction)
    {
        if (!double.IsFinite(truth) || !double.IsFinite(prediction))
        {
            throw new ArgumentException($"A pair must be finite: {truth}, {prediction}.");
        }

        N++;
        var fromT = truth - _meanT;
        var fromP = prediction - _meanP;
        _meanT += fromT / N;
        _meanP += fromP / N;
        _squaresT += fromT * (truth - _meanT);
        _squaresP += fromP * (prediction - _meanP);
        _products += fromT * (prediction - _meanP);
        _squaredError += (truth - prediction) * (truth - prediction);
        _sameSign += Math.Sign(truth) == Math.Sign(prediction) ? 1 : 0;
        _minT = Math.Min(_minT, truth);
        _maxT = Math.Max(_maxT, truth);
        _minP = Math.Min(_minP, prediction);
        _maxP = Math.Max(_maxP, prediction);
    }

    public void Add(RegressionAccumulator other)
    {
        if (other.N == 0)
        {
            return;
        }

        var n = N + other.N;
        var apartT = other._meanT - _meanT;
        var apartP = other._meanP - _meanP;
        var weight = (double)N * other.N / n;
        _squaresT += other._squaresT + (apartT * apartT * weight);
        _squaresP += other._squaresP + (apartP * apartP * weight);
        _products += other._products + (apartT * apartP * weight);
        _meanT += apartT * other.N / n;
        _meanP += apartP * other.N / n;
        _squaredError += other._squaredError;
        _sameSign += other._sameSign;
        _minT = Math.Min(_minT, other._minT);
        _maxT = Math.Max(_maxT, other._maxT);
        _minP = Math.Min(_minP, other._minP);
        _maxP = Math.Max(_maxP, other._maxP);
        N = n;
    }

    public RegressionResult Result()
    {
        if (N == 0)
        {
            var none = Measure.Absent("no pairs");
            return new RegressionResult(0, none, none, none, none, none, none, none, none);
        }

        var constantT = _minT == _maxT;
        var constantP = _minP == _maxP;
        var varT = constantT ? 0 : _squaresT / N;
        var varP = constantP ? 0 : _squaresP / N;
        var covariance = constantT || constantP ? 0 : _products / N;
        var apart = _meanT - _meanP;
        return new RegressionResult(
            N,
            constantT ? Measure.Absent("the truth is constant") : Measure.Of(2 * covariance / (varT + varP + (apart * apart))),
            constantT ? Measure.Absent("the truth is constant")
                : constantP ? Measure.Absent("the prediction is constant")
                : Measure.Of(Math.Clamp(covariance / Math.Sqrt(varT * varP), -1, 1)),
            Measure.Of(Math.Sqrt(_squaredError / N)),
            Measure.Of((double)_sameSign / N),
            Measure.Of(_meanT),
            Measure.Of(_meanP),
            Measure.Of(Math.Sqrt(varT)),
            Measure.Of(Math.Sqrt(varP)));
    }
}

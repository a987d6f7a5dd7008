using Affect.Core.Metrics;
using Affect.Core.Statistics;

namespace Affect.Core.Tests.Metrics;

public sealed class MergeTests
{
    [Fact]
    public void Regression_OfParts_IsThatOfTheWhole_WhateverTheCuts()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var offset = seed % 3 == 0 ? 1e4 : 0;
            var pairs = Enumerable.Range(0, random.Next(2, 200)).Select(_ =>
            {
                var truth = (random.NextDouble() * 2) - 1;
                return (T: offset + truth, P: offset + (0.6 * truth) + (0.4 * random.NextDouble()));
            }).ToArray();
            var whole = new RegressionAccumulator();
            var parts = Enumerable.Range(0, random.Next(1, 9)).Select(_ => new RegressionAccumulator()).ToArray();
            foreach (var (truth, prediction) in pairs)
            {
                whole.Add(truth, prediction);
                parts[random.Next(parts.Length)].Add(truth, prediction);
            }

            var merged = new RegressionAccumulator();
            foreach (var part in parts)
            {
                merged.Add(part);
            }

            // 200 pairs; with the offset the squares are 1e8 times the variance, so 2^-52·1e8·200 bounds what rounding may do.
            Equal(whole.Result().Ccc, merged.Result().Ccc, 1e-8);
            Equal(whole.Result().Pcc, merged.Result().Pcc, 1e-8);
            Equal(whole.Result().Rmse, merged.Result().Rmse, 1e-8);
            Assert.Equal(whole.Result().Sagr, merged.Result().Sagr);
            Assert.Equal(whole.N, merged.N);
        }
    }

    [Fact]
    public void Ccc_OfIdenticalInputs_IsOne_ForEveryLength()
    {
        // The trap: mixing n - 1 variances with an unscaled mean difference gave 0.09 here.
        for (var n = 2; n < 300; n++)
        {
            var random = new Random(n);
            var accumulator = new RegressionAccumulator();
            for (var i = 0; i < n; i++)
            {
                var value = (random.NextDouble() * 2) - 1;
                accumulator.Add(value, value);
            }

            Assert.Equal(1, accumulator.Result().Ccc.Value!.Value, 12);
        }
    }

    [Fact]
    public void Ccc_DoesNotLoseTheVarianceUnderALargeMean()
    {
        // sum(x²) - n·mean² in doubles gives rubbish here; Welford and Chan do not.
        var parts = Enumerable.Range(0, 10).Select(_ => new RegressionAccumulator()).ToArray();
        var plain = new RegressionAccumulator();
        var random = new Random(8);
        for (var i = 0; i < 10_000; i++)
        {
            var value = Math.Round(random.NextDouble() * 1024) / 1024;
            var other = Math.Round(random.NextDouble() * 1024) / 1024;
            plain.Add(value, (value + other) / 2);
            parts[i % 10].Add(value + (1L << 30), ((value + other) / 2) + (1L << 30));
        }

        var merged = new RegressionAccumulator();
        parts.ToList().ForEach(merged.Add);
        Equal(plain.Result().Ccc, merged.Result().Ccc, 1e-6);
    }

    [Fact]
    public void Regression_RefusesWhatIsNotANumber()
    {
        var accumulator = new RegressionAccumulator();
        Assert.Throws<ArgumentException>(() => accumulator.Add(double.NaN, 0));
        Assert.Throws<ArgumentException>(() => accumulator.Add(0, double.PositiveInfinity));
        Assert.Equal(0, accumulator.N);
    }

    [Fact]
    public void MacroF1_DoesNotFallWhenAClassIsAbsent()
    {
        // The trap: averaging over all eight classes gives a perfect prediction of two classes 0.25.
        var matrix = new ConfusionMatrix(8);
        matrix.Add(0, 0);
        matrix.Add(4, 4);
        Assert.Equal(1, matrix.MacroF1().Value);
        Assert.Null(matrix.Class(1).F1.Value);
        var more = new ConfusionMatrix(8);
        more.Add(1, 1);
        matrix.Add(more);
        Assert.Equal(1, matrix.MacroF1().Value);
        Assert.Equal(3, matrix.N);
    }

    [Fact]
    public void ConfusionMatrix_RefusesClassesOutsideItsList()
    {
        var matrix = new ConfusionMatrix(3);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Add(-1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Add(0, 3));
        Assert.Throws<ArgumentException>(() => matrix.Add(new ConfusionMatrix(4)));
    }

    [Fact]
    public void Binary_MergesExactly()
    {
        var random = new Random(4);
        var whole = new BinaryAccumulator();
        var merged = new BinaryAccumulator();
        for (var part = 0; part < 20; part++)
        {
            var accumulator = new BinaryAccumulator();
            for (var i = 0; i < 50; i++)
            {
                var (truth, prediction) = (random.Next(3) == 0, random.Next(3) == 0);
                whole.Add(truth, prediction);
                accumulator.Add(truth, prediction);
            }

            merged.Add(accumulator);
        }

        Assert.Equal(whole.Result(), merged.Result());
        Assert.Equal(1000, merged.N);
    }

    private static void Equal(Measure expected, Measure actual, double tolerance)
    {
        Assert.Equal(expected.Value is null, actual.Value is null);
        if (expected.Value is { } value)
        {
            Assert.Equal(value, actual.Value!.Value, tolerance);
        }
    }
}

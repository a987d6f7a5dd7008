using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Statistics;

namespace Affect.Core.Tests.Statistics;

/// <summary>Each figure against a plain recomputation from the rows.</summary>
public sealed class LabelStatisticsTests
{
    private static readonly List<LabelRow> Rows = LabelRows.Make(new Random(42), "v", 0, 3000);
    private static readonly List<LabelRow> Faces = [.. Rows.Where(r => r.Status == FrameStatus.Face)];
    private static readonly LabelStatistics Labels = Fill(Rows, 3000);

    [Fact]
    public void Frames_AreCountedByStatusAndReason()
    {
        Assert.Equal(Rows.Count(r => r.Status == FrameStatus.NoFace), Labels.Frames.WithoutFace);
        Assert.Equal(Faces.Select(r => r.Frame).Distinct().Count(), Labels.Frames.WithFace);
        Assert.Equal(Rows.Count(r => r.Reason == "decoder gave no picture"), Labels.Frames.Failed["decoder gave no picture"]);
        Assert.Equal(Rows.Count(r => r.Status == FrameStatus.Failed && r.Reason is null), Labels.Frames.Failed["unknown"]);
        Assert.Equal(Faces.Count, Labels.Faces);
        for (var n = 0; n < 6; n++)
        {
            var expected = n == 0 ? Labels.Frames.WithoutFace : Faces.GroupBy(r => r.Frame).Count(g => g.Count() == n);
            Assert.Equal(expected, Labels.FacesPerFrame[n]);
        }
    }

    [Fact]
    public void Affect_EqualsTheTextbookFormulas()
    {
        var v = Faces.Where(r => !float.IsNaN(r.Valence)).Select(r => (double)r.Valence).ToArray();
        var a = Faces.Where(r => !float.IsNaN(r.Valence)).Select(r => (double)r.Arousal).ToArray();
        var deviationV = Math.Sqrt(v.Sum(x => Math.Pow(x - v.Average(), 2)) / v.Length);
        var deviationA = Math.Sqrt(a.Sum(x => Math.Pow(x - a.Average(), 2)) / a.Length);
        var covariance = v.Zip(a).Sum(p => (p.First - v.Average()) * (p.Second - a.Average())) / v.Length;
        Assert.Equal(v.Length, Labels.Affect.N);
        Assert.Equal(v.Average(), Labels.Affect.MeanV.Value!.Value, 12);
        Assert.Equal(deviationV, Labels.Affect.DeviationV.Value!.Value, 10);
        Assert.Equal(deviationA, Labels.Affect.DeviationA.Value!.Value, 10);
        Assert.Equal(covariance / (deviationV * deviationA), Labels.Affect.Correlation.Value!.Value, 10);
        Assert.Equal(v.Min(), Labels.Affect.MinV);
        Assert.Equal(a.Max(), Labels.Affect.MaxA);
        Assert.Equal(v.Length, Labels.Affect.Density.Total);
        Assert.Equal(v.Zip(a).Count(p => p.First is >= 0.5 and < 0.55 && p.Second is >= -0.3 and < -0.25), Labels.Affect.Density[(14 * 40) + 30]);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(-0.9500001, 0)]
    [InlineData(-0.95, 1)]
    [InlineData(0, 20)]
    [InlineData(0.9999, 39)]
    [InlineData(1, 39)]
    [InlineData(1.5, 39)]
    [InlineData(-7, 0)]
    public void DensityCell_IsHalfOpenAndClamped(double value, int cell) => Assert.Equal(cell, AffectMoments.Cell(value));

    [Fact]
    public void Expressions_EqualPlainCounts_AndAClassTheModelLacksIsAbsent()
    {
        var labelled = Faces.Where(r => r.Expression >= 0).ToList();
        for (var c = 0; c < 8; c++)
        {
            Assert.Equal(labelled.Count(r => r.Expression == c), Labels.Expressions.Winners[c]);
            Assert.Equal(labelled.Average(r => (double)r.Expressions[c]), Labels.Expressions.Mean(c).Value!.Value, 12);
            Assert.Equal((double)labelled.Count(r => r.Expression == c) / labelled.Count, Labels.Expressions.Share(c).Value!.Value, 12);
        }

        Assert.Null(Labels.Expressions.Share(8).Value);
        Assert.Equal("the model has no such class", Labels.Expressions.Mean(8).Reason);
        Assert.Equal(labelled.Count, Labels.Expressions.Confidence.Total);
    }

    [Fact]
    public void ActionUnits_EqualPlainCounts_AndAUnitTheModelLacksIsAbsent()
    {
        var labelled = Faces.Where(r => r.ActionUnits.Length > 0).ToList();
        for (var i = 0; i < 12; i++)
        {
            if (i == 9)
            {
                Assert.Null(Labels.ActionUnits.BaseRate(i).Value);
                Assert.Null(Labels.ActionUnits.Conditional(i, 0).Value);
                continue;
            }

            bool Active(LabelRow row, int unit) => row.ActionUnits[unit] >= LabelRows.Thresholds[unit];
            Assert.Equal(labelled.Count(r => Active(r, i)), Labels.ActionUnits.Active(i));
            Assert.Equal(labelled.Average(r => (double)r.ActionUnits[i]), Labels.ActionUnits.Mean(i).Value!.Value, 12);
            for (var j = 0; j < 12; j++)
            {
                Assert.Equal(labelled.Count(r => Active(r, i) && Active(r, j)), Labels.ActionUnits.Both(i, j));
            }
        }
    }

    [Fact]
    public void NothingMeasured_IsAbsentAndNeverZero()
    {
        var empty = Fill([LabelRows.Row("v", 0, FrameStatus.NoFace)], 1);
        Assert.Null(empty.Affect.MeanV.Value);
        Assert.Null(empty.Affect.Correlation.Value);
        Assert.All(Enumerable.Range(0, 9), c => Assert.Null(empty.Expressions.Share(c).Value));
        Assert.All(Enumerable.Range(0, 12), u => Assert.Null(empty.ActionUnits.BaseRate(u).Value));
        Assert.Null(empty.FaceSize.Quantile(0.5).Value);
    }

    [Fact]
    public void ConstantValence_HasNoCorrelation_WithTheReason()
    {
        // 0.1f squared is not exact in a sum of many: without the extremes the variance would come out as rounding, not as 0.
        var random = new Random(3);
        var rows = Enumerable.Range(0, 1000).Select(f => LabelRows.Face(random, "v", f, 0) with { Valence = 0.1f, Arousal = (random.NextSingle() * 2) - 1 });
        var labels = Fill(rows, 1000);
        Assert.Equal(0, labels.Affect.DeviationV.Value);
        Assert.Null(labels.Affect.Correlation.Value);
        Assert.Equal("valence is constant", labels.Affect.Correlation.Reason);
    }

    [Fact]
    public void Histogram_CountersAreHalfOpen_AndOutliersAreKept()
    {
        foreach (var scale in HistogramScale.All)
        {
            Assert.Equal(0, scale.CounterOf(scale.Edges[0] - 0.001));
            Assert.Equal(scale.BinCount, scale.CounterOf(scale.Edges[^1]));
            Assert.Equal(scale.BinCount + 1, scale.CounterOf(scale.Edges[^1] + 0.001));
            for (var i = 0; i < scale.BinCount; i++)
            {
                Assert.Equal(i + 1, scale.CounterOf(scale.Edges[i]));
                Assert.Equal(i + 1, scale.CounterOf((scale.Edges[i] + scale.Edges[i + 1]) / 2));
            }
        }

        Assert.Equal(Faces.Count, Labels.FaceSize.Total);
        Assert.Equal(Faces.Count(r => r.SizePixels < 8), Labels.FaceSize.Counts[0]);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    [InlineData(0.95)]
    public void Quantile_LiesWithinOneBinOfTheTruth(double fraction)
    {
        var sizes = Faces.Select(r => (double)r.SizePixels).Order().ToArray();
        var truth = sizes[(int)(fraction * (sizes.Length - 1))];
        var estimate = Labels.FaceSize.Quantile(fraction).Value!.Value;
        Assert.InRange(estimate, Math.Max(8, truth / Math.Sqrt(2)), truth * Math.Sqrt(2));
    }

    [Fact]
    public void Series_SumsTheFramesOfEachPart()
    {
        var chunk = new ChunkStatistics(new ChunkSpec(default, "v", 0, 3000, 0, long.MaxValue), 3000);
        Rows.ForEach(row => chunk.Add(row, LabelRows.Thresholds));
        foreach (var (part, bin) in chunk.Series.Bins)
        {
            var inside = Rows.Where(r => r.Frame * 120 / 3000 == part && r.Status != FrameStatus.Failed).ToList();
            Assert.Equal(inside.Select(r => r.Frame).Distinct().Count(), bin.Frames);
            Assert.Equal(inside.Count(r => r.Status == FrameStatus.Face), bin.Faces);
            Assert.Equal(inside.Count(r => !float.IsNaN(r.Valence)), bin.Affect);
            Assert.Equal(inside.Where(r => !float.IsNaN(r.Arousal)).Sum(r => (double)r.Arousal), bin.SumA, 9);
        }

        Assert.Equal(120, chunk.Series.Bins.Count());
    }

    private static LabelStatistics Fill(IEnumerable<LabelRow> rows, int frames)
    {
        var chunk = new ChunkStatistics(new ChunkSpec(default, "v", 0, frames, 0, long.MaxValue), frames);
        foreach (var row in rows)
        {
            chunk.Add(row, LabelRows.Thresholds);
        }

        return chunk.Labels;
    }
}

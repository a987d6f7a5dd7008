using System.Text.Json.Serialization;
using Affect.Core.Labels;

namespace Affect.Core.Statistics;

/// <summary>
/// Expression sums, indexed by <see cref="LabelSchema.Expressions"/>. A class whose <see cref="Support"/> is 0 (the model has no such class) is
/// absent: its share and mean are null, never 0. A class that the model has and that never won has a share of 0.
/// </summary>
public sealed class ExpressionStatistics
{
    private static readonly int Classes = LabelSchema.Expressions.Count;

    /// <summary>Faces with a winning class.</summary>
    [JsonIgnore]
    public long N => Winners.Total;

    /// <summary>Faces with a probability for the class.</summary>
    [JsonInclude]
    public Counts Support { get; internal set; } = new(Classes);

    /// <summary>Faces whose most probable class it is.</summary>
    [JsonInclude]
    public Counts Winners { get; internal set; } = new(Classes);

    /// <summary>Sum of the class's probabilities over its support.</summary>
    [JsonInclude]
    public double[] Sums { get; internal set; } = new double[Classes];

    /// <summary>Probability of the winning class.</summary>
    [JsonInclude]
    public Histogram Confidence { get; internal set; } = new(HistogramScale.Confidence);

    /// <summary>Part of the faces that the class won.</summary>
    public Measure Share(int index) =>
        Support[index] == 0 ? Measure.Absent("the model has no such class") : Measure.Of((double)Winners[index] / N);

    /// <summary>Mean probability of the class.</summary>
    public Measure Mean(int index) =>
        Support[index] == 0 ? Measure.Absent("the model has no such class") : Measure.Of(Sums[index] / Support[index]);

    internal void Add(LabelRow row)
    {
        var probabilities = row.Expressions;
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (!float.IsNaN(probabilities[i]))
            {
                Support.Add(i);
                Sums[i] += probabilities[i];
            }
        }

        if (row.Expression >= 0)
        {
            Winners.Add(row.Expression);
            Confidence.Add(row.Expression < probabilities.Length ? probabilities[row.Expression] : double.NaN);
        }
    }

    internal void Add(ExpressionStatistics other)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Sums.Length, Classes);
        Support.Add(other.Support);
        Winners.Add(other.Winners);
        Confidence.Add(other.Confidence);
        for (var i = 0; i < Classes; i++)
        {
            Sums[i] += other.Sums[i];
        }
    }
}

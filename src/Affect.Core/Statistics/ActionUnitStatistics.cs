using System.Text.Json.Serialization;
using Affect.Core.Labels;

namespace Affect.Core.Statistics;

/// <summary>
/// Action unit sums, indexed by <see cref="LabelSchema.ActionUnits"/>. A unit is active where its probability reaches the model's threshold.
/// A unit without support (the model has no such unit) is absent, never 0.
/// </summary>
public sealed class ActionUnitStatistics
{
    private static readonly int Units = LabelSchema.ActionUnits.Count;

    /// <summary>Faces with a probability for the unit.</summary>
    [JsonInclude]
    public Counts Support { get; internal set; } = new(Units);

    /// <summary>Sum of the unit's probabilities over its support.</summary>
    [JsonInclude]
    public double[] Sums { get; internal set; } = new double[Units];

    /// <summary>Faces with both units active, 12 x 12 row-major, stored for row ≤ column only; the diagonal counts the faces with that unit active.</summary>
    [JsonInclude]
    public Counts Together { get; internal set; } = new(Units * Units);

    /// <summary>Faces with the unit active.</summary>
    public long Active(int unit) => Together[(unit * Units) + unit];

    /// <summary>Faces with both units active.</summary>
    public long Both(int a, int b) => Together[(Math.Min(a, b) * Units) + Math.Max(a, b)];

    /// <summary>Part of the supported faces with the unit active.</summary>
    public Measure BaseRate(int unit) =>
        Support[unit] == 0 ? Measure.Absent("the model has no such unit") : Measure.Of((double)Active(unit) / Support[unit]);

    /// <summary>Mean probability.</summary>
    public Measure Mean(int unit) =>
        Support[unit] == 0 ? Measure.Absent("the model has no such unit") : Measure.Of(Sums[unit] / Support[unit]);

    /// <summary>Part of the faces with unit <paramref name="given"/> active that have <paramref name="unit"/> active as well.</summary>
    public Measure Conditional(int unit, int given) =>
        Support[unit] == 0 || Support[given] == 0 ? Measure.Absent("the model has no such unit")
        : Active(given) == 0 ? Measure.Absent("the given unit is never active")
        : Measure.Of((double)Both(unit, given) / Active(given));

    internal void Add(float[] probabilities, IReadOnlyList<float> thresholds)
    {
        Span<bool> active = stackalloc bool[probabilities.Length];
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (float.IsNaN(probabilities[i]))
            {
                continue;
            }

            Support.Add(i);
            Sums[i] += probabilities[i];
            active[i] = probabilities[i] >= thresholds[i];
        }

        for (var i = 0; i < active.Length; i++)
        {
            for (var j = i; active[i] && j < active.Length; j++)
            {
                if (active[j])
                {
                    Together.Add((i * Units) + j);
                }
            }
        }
    }

    internal void Add(ActionUnitStatistics other)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Sums.Length, Units);
        Support.Add(other.Support);
        Together.Add(other.Together);
        for (var i = 0; i < Units; i++)
        {
            Sums[i] += other.Sums[i];
        }
    }
}

using System.Text.Json.Serialization;

namespace Affect.Core.Statistics;

/// <summary>
/// Sums of valence (v) and arousal (a) over the faces that hold both, in double precision, and their 2-D density. Sums merge by addition:
/// exact for counts and density, within n·2^-52 of the sum of magnitudes for the rest, and bit for bit the same in the same order.
/// </summary>
public sealed class AffectMoments
{
    /// <summary>Cells a side of the density over [-1, 1] x [-1, 1]; values on an inner edge belong to the higher cell.</summary>
    public const int DensityCells = 40;

    [JsonInclude]
    public long N { get; internal set; }

    [JsonInclude]
    public double SumV { get; internal set; }

    [JsonInclude]
    public double SumA { get; internal set; }

    [JsonInclude]
    public double SumVV { get; internal set; }

    [JsonInclude]
    public double SumAA { get; internal set; }

    [JsonInclude]
    public double SumVA { get; internal set; }

    // Extremes tell a constant series exactly, which sums cannot. Meaningless (0) while N is 0.
    [JsonInclude]
    public double MinV { get; internal set; }

    [JsonInclude]
    public double MaxV { get; internal set; }

    [JsonInclude]
    public double MinA { get; internal set; }

    [JsonInclude]
    public double MaxA { get; internal set; }

    /// <summary>Counts, row-major: index = arousal cell · <see cref="DensityCells"/> + valence cell, both from -1 upwards.</summary>
    [JsonInclude]
    public Counts Density { get; internal set; } = new(DensityCells * DensityCells);

    [JsonIgnore]
    public Measure MeanV => Mean(SumV);

    [JsonIgnore]
    public Measure MeanA => Mean(SumA);

    /// <summary>Population standard deviation.</summary>
    [JsonIgnore]
    public Measure DeviationV => Deviation(SumV, SumVV, MinV == MaxV);

    /// <inheritdoc cref="DeviationV"/>
    [JsonIgnore]
    public Measure DeviationA => Deviation(SumA, SumAA, MinA == MaxA);

    /// <summary>Pearson correlation of valence and arousal; null with a reason where either is constant.</summary>
    [JsonIgnore]
    public Measure Correlation
    {
        get
        {
            if (N == 0)
            {
                return Measure.Absent("no values");
            }

            if (MinV == MaxV || MinA == MaxA)
            {
                return Measure.Absent(MinV == MaxV ? "valence is constant" : "arousal is constant");
            }

            var varV = Variance(SumV, SumVV);
            var varA = Variance(SumA, SumAA);
            return varV > 0 && varA > 0
                ? Measure.Of(Math.Clamp(((SumVA / N) - (SumV / N * (SumA / N))) / Math.Sqrt(varV * varA), -1, 1))
                : Measure.Absent("the variance is below rounding");
        }
    }

    internal void Add(double valence, double arousal)
    {
        if (double.IsNaN(valence) || double.IsNaN(arousal))
        {
            return;
        }

        MinV = N == 0 ? valence : Math.Min(MinV, valence);
        MaxV = N == 0 ? valence : Math.Max(MaxV, valence);
        MinA = N == 0 ? arousal : Math.Min(MinA, arousal);
        MaxA = N == 0 ? arousal : Math.Max(MaxA, arousal);
        N++;
        SumV += valence;
        SumA += arousal;
        SumVV += valence * valence;
        SumAA += arousal * arousal;
        SumVA += valence * arousal;
        Density.Add((Cell(arousal) * DensityCells) + Cell(valence));
    }

    internal void Add(AffectMoments other)
    {
        if (other.N == 0)
        {
            return;
        }

        MinV = N == 0 ? other.MinV : Math.Min(MinV, other.MinV);
        MaxV = N == 0 ? other.MaxV : Math.Max(MaxV, other.MaxV);
        MinA = N == 0 ? other.MinA : Math.Min(MinA, other.MinA);
        MaxA = N == 0 ? other.MaxA : Math.Max(MaxA, other.MaxA);
        N += other.N;
        SumV += other.SumV;
        SumA += other.SumA;
        SumVV += other.SumVV;
        SumAA += other.SumAA;
        SumVA += other.SumVA;
        Density.Add(other.Density);
    }

    internal static int Cell(double value) => Math.Clamp((int)Math.Floor((value + 1) / 2 * DensityCells), 0, DensityCells - 1);

    private Measure Mean(double sum) => N == 0 ? Measure.Absent("no values") : Measure.Of(sum / N);

    private double Variance(double sum, double squares) => Math.Max(0, (squares / N) - (sum / N * (sum / N)));

    private Measure Deviation(double sum, double squares, bool constant) =>
        N == 0 ? Measure.Absent("no values") : Measure.Of(constant ? 0 : Math.Sqrt(Variance(sum, squares)));
}

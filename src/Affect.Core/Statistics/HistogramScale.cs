namespace Affect.Core.Statistics;

/// <summary>
/// The bins of a histogram: N + 1 rising edges make N half-open bins [edge i, edge i + 1), the last one closed, with one counter below
/// and one above them. The scales are part of the stored format: changing one raises <see cref="ChunkStatistics.FormatVersion"/>.
/// Must agree with docs/formats/report.md.
/// </summary>
public sealed class HistogramScale
{
    private readonly double[] _edges;

    private HistogramScale(string name, string unit, bool isLogarithmic, double[] edges)
    {
        Name = name;
        Unit = unit;
        IsLogarithmic = isLogarithmic;
        _edges = edges;
    }

    /// <summary>Face size in pixels: half octaves from 8 to 2048.</summary>
    public static readonly HistogramScale FaceSize = new("size", "px", true, [.. Enumerable.Range(0, 17).Select(i => 8 * Math.Pow(2, i / 2.0))]);

    /// <summary>Detection score: 20 bins over [0, 1].</summary>
    public static readonly HistogramScale Score = Linear("score", "", 0, 1, 20);

    /// <summary>Sharpness (variance of the Laplacian, levels squared): octaves from 1 to 65536.</summary>
    public static readonly HistogramScale Sharpness = new("sharpness", "levels²", true, [.. Enumerable.Range(0, 17).Select(i => Math.Pow(2, i))]);

    /// <summary>Probability of the winning expression: 20 bins over [0, 1].</summary>
    public static readonly HistogramScale Confidence = Linear("confidence", "", 0, 1, 20);

    /// <summary>Yaw and pitch: 5 degree bins over [-90, 90].</summary>
    public static readonly HistogramScale HalfTurn = Linear("half-turn", "°", -90, 90, 36);

    /// <summary>Roll: 10 degree bins over [-180, 180].</summary>
    public static readonly HistogramScale FullTurn = Linear("full-turn", "°", -180, 180, 36);

    public static readonly IReadOnlyList<HistogramScale> All = [FaceSize, Score, Sharpness, Confidence, HalfTurn, FullTurn];

    /// <summary>Stable name in stored statistics.</summary>
    public string Name { get; }

    public string Unit { get; }

    /// <summary>Edges are evenly spaced in the logarithm.</summary>
    public bool IsLogarithmic { get; }

    public IReadOnlyList<double> Edges => _edges;

    /// <summary>Bins between the edges, without the two outer counters.</summary>
    public int BinCount => _edges.Length - 1;

    /// <summary>Counter of a value: 0 below the first edge, 1 to <see cref="BinCount"/> inside, <see cref="BinCount"/> + 1 above the last edge.</summary>
    public int CounterOf(double value)
    {
        if (value == _edges[^1])
        {
            return BinCount;
        }

        var at = Array.BinarySearch(_edges, value);
        return at >= 0 ? at + 1 : ~at;
    }

    public static HistogramScale? ByName(string? name) => All.FirstOrDefault(scale => scale.Name == name);

    private static HistogramScale Linear(string name, string unit, double from, double to, int bins) =>
        new(name, unit, false, [.. Enumerable.Range(0, bins + 1).Select(i => from + ((to - from) * i / bins))]);
}

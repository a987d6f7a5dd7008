namespace Affect.Core.Tracking;

/// <summary>
/// A luma thumbnail made comparable: float32 [64], mean 0, length 1, so that the scalar product of two is their normalised correlation, which neither
/// brightness nor contrast changes. Immutable.
/// </summary>
internal sealed class Thumbnail
{
    private const int Pixels = 64;

    /// <summary>Below this spread (8-bit levels) a picture is flat: its pattern is noise.</summary>
    private const double FlatLevels = 1.0;

    private readonly float[] _values;

    private Thumbnail(float[] values) => _values = values;

    /// <summary>Null for an empty, flat or wrongly sized picture.</summary>
    public static Thumbnail? Of(ReadOnlySpan<byte> luma)
    {
        if (luma.Length != Pixels)
        {
            return null;
        }

        var mean = 0.0;
        foreach (var value in luma)
        {
            mean += value;
        }

        mean /= Pixels;
        var values = new float[Pixels];
        for (var i = 0; i < Pixels; i++)
        {
            values[i] = (float)(luma[i] - mean);
        }

        return Normalised(values, FlatLevels * Math.Sqrt(Pixels));
    }

    /// <summary>In [-1, 1].</summary>
    public double Correlation(Thumbnail other)
    {
        // A plain loop in a fixed order: the same bits on every machine, whatever its vector width.
        var sum = 0.0;
        for (var i = 0; i < Pixels; i++)
        {
            sum += (double)_values[i] * other._values[i];
        }

        return Math.Clamp(sum, -1, 1);
    }

    /// <summary>A mixture: this where <paramref name="share"/> is 0, the other where it is 1.</summary>
    public Thumbnail Towards(Thumbnail other, double share)
    {
        var values = new float[Pixels];
        for (var i = 0; i < Pixels; i++)
        {
            values[i] = (float)(_values[i] + (share * (other._values[i] - _values[i])));
        }

        // Opposite pictures may cancel out: then the newer one stands.
        return Normalised(values, 1e-3) ?? other;
    }

    private static Thumbnail? Normalised(float[] values, double leastLength)
    {
        var squares = 0.0;
        foreach (var value in values)
        {
            squares += (double)value * value;
        }

        var length = Math.Sqrt(squares);
        if (length < leastLength)
        {
            return null;
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(values[i] / length);
        }

        return new Thumbnail(values);
    }
}

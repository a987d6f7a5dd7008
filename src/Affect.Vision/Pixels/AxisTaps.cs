namespace Affect.Vision.Pixels;

/// <summary>
/// Resampling weights of one axis. Target sample j is centred on source position <c>origin + (j + 0.5) * step</c> (corner origin). When
/// shrinking (step of 1 or more) it is the average over the source interval of length step around that centre, cut off at the image border;
/// when enlarging it is the linear interpolation between the two nearest source samples, with the border sample repeated.
/// Target samples whose centre lies outside of the image are not sampled: <see cref="First"/> to <see cref="End"/> are the others.
/// The arrays are reused by the next <c>Compute</c>.
/// </summary>
internal sealed class AxisTaps
{
    private int[] _starts = [];
    private float[] _weights = [];
    private float[] _weightsByTap = [];
    private (int Count, int Size, double Origin, double Step, int InsideSize, double InsideOrigin, double InsideStep) _key;

    /// <summary>First target sample inside of the image.</summary>
    public int First { get; private set; }

    /// <summary>One past the last target sample inside of the image.</summary>
    public int End { get; private set; }

    /// <summary>Source samples per target sample; unused ones have weight 0.</summary>
    public int TapCount { get; private set; }

    /// <summary>Lowest source index that is read.</summary>
    public int SourceFirst => _starts[First];

    /// <summary>One past the highest source index that is read.</summary>
    public int SourceEnd => _starts[End - 1] + TapCount;

    public ReadOnlySpan<int> Starts => _starts;

    /// <summary><see cref="TapCount"/> weights per target sample, summing to 1.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>The same weights, tap by tap: <see cref="Count"/> first ones, then <see cref="Count"/> second ones, and so on.</summary>
    public ReadOnlySpan<float> WeightsByTap => _weightsByTap;

    /// <summary>Target samples, those outside of the image included.</summary>
    public int Count => _key.Count;

    /// <summary>The most source samples that any 16 (8, 4) neighbouring target samples inside of the image read between them.</summary>
    public int SpanOf16 { get; private set; }

    public int SpanOf8 { get; private set; }

    public int SpanOf4 { get; private set; }

    /// <summary>The target samples whose centre lies inside of the image.</summary>
    public static (int First, int End) Inside(int count, int size, double origin, double step)
    {
        var first = Math.Clamp((int)Math.Ceiling((-origin / step) - 0.5), 0, count);
        return (first, Math.Clamp((int)Math.Ceiling(((size - origin) / step) - 0.5), first, count));
    }

    /// <summary>Computes the weights of a plane whose samples cover the image in the same way as the luma plane's do.</summary>
    public void Compute(int count, int size, double origin, double step) =>
        Compute(count, size, origin, step, size, origin, step);

    /// <summary>
    /// Computes the weights of a plane; which target samples are inside of the image is decided on the luma plane's axis
    /// (<paramref name="insideSize"/>, <paramref name="insideOrigin"/>, <paramref name="insideStep"/>), so that all planes agree.
    /// </summary>
    public void Compute(int count, int size, double origin, double step, int insideSize, double insideOrigin, double insideStep)
    {
        var key = (count, size, origin, step, insideSize, insideOrigin, insideStep);
        if (key == _key)
        {
            return;
        }

        (First, End) = Inside(count, insideSize, insideOrigin, insideStep);
        TapCount = Math.Min(size, step >= 1 ? (int)Math.Ceiling(step) + 1 : 2);
        if (_starts.Length < count || _weights.Length < count * TapCount)
        {
            _starts = new int[count];
            _weights = new float[count * TapCount];
            _weightsByTap = new float[count * TapCount];
        }

        for (var j = First; j < End; j++)
        {
            var weights = _weights.AsSpan(j * TapCount, TapCount);
            weights.Clear();
            _starts[j] = step >= 1
                ? Average(weights, size, origin + (j * step), origin + ((j + 1) * step))
                : Interpolate(weights, size, origin + ((j + 0.5) * step) - 0.5);
        }

        for (var j = First; j < End; j++)
        {
            for (var t = 0; t < TapCount; t++)
            {
                _weightsByTap[(t * count) + j] = _weights[(j * TapCount) + t];
            }
        }

        (SpanOf16, SpanOf8, SpanOf4) = (SpanOf(16), SpanOf(8), SpanOf(4));
        _key = key;
    }

    private int SpanOf(int targets)
    {
        var span = 0;
        for (var j = First; j <= End - targets; j++)
        {
            span = Math.Max(span, _starts[j + targets - 1] - _starts[j] + TapCount);
        }

        return span;
    }

    private static int Average(Span<float> weights, int size, double low, double high)
    {
        low = Math.Clamp(low, 0, size);
        high = Math.Clamp(high, low, size);
        if (high - low < 1e-9)
        {
            // Only a chroma sample beyond the last luma column can come here: repeat the border.
            low = Math.Min(low, size - 1);
            high = low + 1;
        }

        var start = Math.Min((int)low, size - weights.Length);
        for (var t = 0; t < weights.Length; t++)
        {
            var covered = Math.Min(high, start + t + 1) - Math.Max(low, start + t);
            weights[t] = (float)(Math.Max(0, covered) / (high - low));
        }

        return start;
    }

    private static int Interpolate(Span<float> weights, int size, double centre)
    {
        centre = Math.Clamp(centre, 0, size - 1);
        var start = Math.Clamp((int)centre, 0, size - weights.Length);
        if (weights.Length == 1)
        {
            weights[0] = 1;
            return start;
        }

        var share = (float)(centre - start);
        weights[0] = 1 - share;
        weights[1] = share;
        return start;
    }
}

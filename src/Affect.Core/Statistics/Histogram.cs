using System.Text.Json;
using System.Text.Json.Serialization;

namespace Affect.Core.Statistics;

/// <summary>Counts of a value on a fixed <see cref="HistogramScale"/>; NaN is not counted. Merging is exact. Not thread-safe.</summary>
[JsonConverter(typeof(HistogramConverter))]
public sealed class Histogram
{
    private readonly Counts _counts;

    public Histogram(HistogramScale scale)
        : this(scale, new Counts(scale.BinCount + 2))
    {
    }

    internal Histogram(HistogramScale scale, Counts counts)
    {
        Scale = scale;
        _counts = counts;
    }

    public HistogramScale Scale { get; }

    /// <summary>All counters: below, the bins, above.</summary>
    public Counts Counts => _counts;

    public long Total => _counts.Total;

    public void Add(double value)
    {
        if (!double.IsNaN(value))
        {
            _counts.Add(Scale.CounterOf(value));
        }
    }

    public void Add(Histogram other)
    {
        if (other.Scale != Scale)
        {
            throw new ArgumentException($"A histogram of {other.Scale.Name} cannot be added to one of {Scale.Name}.", nameof(other));
        }

        _counts.Add(other._counts);
    }

    /// <summary>
    /// The value below which a fraction of the values lies, interpolated inside its bin (in the logarithm for logarithmic scales), so at most one
    /// bin wrong. Values outside the edges count as the outermost edge.
    /// </summary>
    public Measure Quantile(double fraction)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fraction, 1);
        var total = Total;
        if (total == 0)
        {
            return Measure.Absent("no values");
        }

        var edges = Scale.Edges;
        var wanted = fraction * total;
        double below = _counts[0];
        if (wanted <= below && below > 0)
        {
            return Measure.Of(edges[0]);
        }

        for (var bin = 0; bin < Scale.BinCount; bin++)
        {
            var inside = _counts[bin + 1];
            if (inside > 0 && below + inside >= wanted)
            {
                var part = (wanted - below) / inside;
                return Measure.Of(Scale.IsLogarithmic
                    ? edges[bin] * Math.Pow(edges[bin + 1] / edges[bin], part)
                    : edges[bin] + ((edges[bin + 1] - edges[bin]) * part));
            }

            below += inside;
        }

        return Measure.Of(edges[^1]);
    }
}

internal sealed class HistogramConverter : JsonConverter<Histogram>
{
    private static readonly CountsConverter CountsJson = new();

    /// <summary>Form: <c>["scale", [length, index, count, ...]]</c>.</summary>
    public override Histogram Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.String ||
            HistogramScale.ByName(reader.GetString()) is not { } scale || !reader.Read())
        {
            throw new JsonException("A histogram starts with the name of its scale.");
        }

        var counts = CountsJson.Read(ref reader, typeof(Counts), options);
        if (counts.Length != scale.BinCount + 2 || !reader.Read() || reader.TokenType != JsonTokenType.EndArray)
        {
            throw new JsonException($"A histogram of {scale.Name} has {scale.BinCount + 2} counters.");
        }

        return new Histogram(scale, counts);
    }

    public override void Write(Utf8JsonWriter writer, Histogram value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(value.Scale.Name);
        CountsJson.Write(writer, value.Counts, options);
        writer.WriteEndArray();
    }
}

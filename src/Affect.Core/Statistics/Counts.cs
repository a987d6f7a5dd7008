using System.Text.Json;
using System.Text.Json.Serialization;

namespace Affect.Core.Statistics;

/// <summary>
/// A fixed number of non-negative counters. Merging is exact addition of 64-bit integers, hence associative and commutative; the identity is
/// all zeros. JSON form: <c>[length, index, count, index, count, ...]</c> with the non-zero counters in index order. Not thread-safe.
/// </summary>
[JsonConverter(typeof(CountsConverter))]
public sealed class Counts
{
    // Allocated by the first count: most chunks leave most tables empty.
    private long[]? _values;

    public Counts(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
    }

    public int Length { get; }

    public long this[int index] => index >= 0 && index < Length
        ? _values?[index] ?? 0
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"0 to {Length - 1}");

    public long Total
    {
        get
        {
            var total = 0L;
            foreach (var value in _values ?? [])
            {
                total += value;
            }

            return total;
        }
    }

    public void Add(int index, long by = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
        _values ??= new long[Length];
        _values[index] = checked(_values[index] + by);
    }

    public void Add(Counts other)
    {
        if (other.Length != Length)
        {
            throw new ArgumentException($"{other.Length} counters cannot be added to {Length}.", nameof(other));
        }

        if (other._values is null)
        {
            return;
        }

        _values ??= new long[Length];
        for (var i = 0; i < _values.Length; i++)
        {
            _values[i] = checked(_values[i] + other._values[i]);
        }
    }

    public long[] ToArray() => _values is null ? new long[Length] : [.. _values];
}

internal sealed class CountsConverter : JsonConverter<Counts>
{
    private const int LongestTable = 1 << 20;

    public override Counts Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.Number ||
            !reader.TryGetInt32(out var length) || length is < 0 or > LongestTable)
        {
            throw new JsonException("A table of counts starts with its length.");
        }

        var counts = new Counts(length);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var index) || index < 0 || index >= length || !reader.Read() ||
                reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value) || value < 0 || counts[index] != 0)
            {
                throw new JsonException("A table of counts holds pairs of an index and its count.");
            }

            counts.Add(index, value);
        }

        return counts;
    }

    public override void Write(Utf8JsonWriter writer, Counts value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != 0)
            {
                writer.WriteNumberValue(i);
                writer.WriteNumberValue(value[i]);
            }
        }

        writer.WriteEndArray();
    }
}

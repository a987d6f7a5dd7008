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
    // Of the marker of a chunk most counters are empty: pairs in index order until a quarter of the counters is in use.
    private const int DenseFrom = 4;

    private int _used;
    private int[]? _indices;
    private long[]? _values;

    public Counts(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
    }

    public int Length { get; }

    private bool IsDense => _values is not null && _indices is null;

    public long this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
            if (IsDense)
            {
                return _values![index];
            }

            var at = Find(index);
            return at >= 0 ? _values![at] : 0;
        }
    }

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
        if (IsDense)
        {
            _values![index] = checked(_values[index] + by);
            return;
        }

        var at = Find(index);
        if (at >= 0)
        {
            _values![at] = checked(_values[at] + by);
        }
        else if (_used * DenseFrom >= Length)
        {
            (_values, _indices) = (ToArray(), null);
            _values[index] = by;
        }
        else
        {
            Insert(~at, index, by);
        }
    }

    public void Add(Counts other)
    {
        if (other.Length != Length)
        {
            throw new ArgumentException($"{other.Length} counters cannot be added to {Length}.", nameof(other));
        }

        var count = other.IsDense ? Length : other._used;
        for (var i = 0; i < count; i++)
        {
            if (other._values![i] != 0)
            {
                Add(other._indices?[i] ?? i, other._values[i]);
            }
        }
    }

    public long[] ToArray()
    {
        if (IsDense)
        {
            return [.. _values!];
        }

        var all = new long[Length];
        for (var i = 0; i < _used; i++)
        {
            all[_indices![i]] = _values![i];
        }

        return all;
    }

    /// <summary>Where the index stands among the pairs, or the complement of where it would.</summary>
    private int Find(int index) => Array.BinarySearch(_indices ?? [], 0, _used, index);

    private void Insert(int at, int index, long value)
    {
        if (_used == (_indices?.Length ?? 0))
        {
            Array.Resize(ref _indices, Math.Max(4, 2 * _used));
            Array.Resize(ref _values, _indices.Length);
        }

        Array.Copy(_indices!, at, _indices!, at + 1, _used - at);
        Array.Copy(_values!, at, _values!, at + 1, _used - at);
        (_indices![at], _values![at]) = (index, value);
        _used++;
    }
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

using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Affect.Storage.Indexes;

/// <summary>Varints (7 bits a byte, low first, high bit: more follows), zigzag for signed numbers, texts with their length.</summary>
internal sealed class IndexWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(256);

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public void Unsigned(ulong value)
    {
        while (value >= 0x80)
        {
            Byte((byte)(value | 0x80));
            value >>= 7;
        }

        Byte((byte)value);
    }

    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    public void Double(double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    public void Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Unsigned((ulong)bytes.Length);
        _bytes.Write(bytes);
    }

    /// <summary>Numbers of nearly constant distance: the first, then how each distance differs from the one before (sums wrap
    /// around).</summary>
    public void Series(ReadOnlySpan<long> values)
    {
        Unsigned((ulong)values.Length);
        var (last, step) = (0L, 0L);
        foreach (var value in values)
        {
            var distance = unchecked(value - last);
            Signed(unchecked(distance - step));
            (last, step) = (value, distance);
        }
    }

    private void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }
}

/// <summary>Reads what <see cref="IndexWriter"/> wrote; anything else is <see cref="InvalidDataException"/>.</summary>
internal ref struct IndexReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position = 0;

    public readonly bool AtEnd => _position == _bytes.Length;

    public ulong Unsigned()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = Take(1)[0];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a number is too long");
    }

    public long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public int Count(int bytesEach)
    {
        var count = Unsigned();
        return count <= (ulong)((_bytes.Length - _position) / bytesEach) ? (int)count : throw new InvalidDataException("a list is longer than the data");
    }

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public string Text() => Encoding.UTF8.GetString(Take(Count(1)));

    public long[] Series()
    {
        var values = new long[Count(1)];
        var (last, step) = (0L, 0L);
        for (var i = 0; i < values.Length; i++)
        {
            step = unchecked(step + Signed());
            last = unchecked(last + step);
            values[i] = last;
        }

        return values;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _position)
        {
            throw new InvalidDataException("the data ends too early");
        }

        _position += count;
        return _bytes.Slice(_position - count, count);
    }
}

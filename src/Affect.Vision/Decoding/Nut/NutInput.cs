using System.Buffers.Binary;

namespace Affect.Vision.Decoding.Nut;

/// <summary>Fills the span as far as it can; 0 at the end of the stream.</summary>
internal delegate int NutSource(Span<byte> buffer);

/// <summary>
/// Byte reader under <see cref="NutReader"/>. Headers go through a small buffer; frame data is read straight into the caller's memory, but for what the
/// small buffer already holds. Keeps the running checksum of the current header.
/// </summary>
internal sealed class NutInput(NutSource source)
{
    private const int BufferBytes = 2048;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private uint _crc;

    public uint Crc => _crc;

    public void ResetCrc() => _crc = 0;

    /// <summary>False at the end of the stream.</summary>
    public bool TryReadByte(out byte value)
    {
        if (_start == _end)
        {
            _start = 0;
            _end = source(_buffer);
            if (_end == 0)
            {
                value = 0;
                return false;
            }
        }

        value = _buffer[_start++];
        _crc = NutFormat.Crc(_crc, [value]);
        return true;
    }

    public byte ReadByte() => TryReadByte(out var value) ? value : throw Truncated();

    public ulong ReadV()
    {
        ulong value = 0;
        byte b;
        do
        {
            b = ReadByte();
            if (value >> 57 != 0)
            {
                throw new InvalidDataException("NUT: a number has more than 64 bits.");
            }

            value = (value << 7) | (uint)(b & 0x7F);
        }
        while ((b & 0x80) != 0);

        return value;
    }

    /// <summary>A v that must not exceed a limit.</summary>
    public int ReadV(int limit, string what)
    {
        var value = ReadV();
        return limit >= 0 && value <= (ulong)limit ? (int)value : throw new InvalidDataException($"NUT: {what} is {value}, above {limit}.");
    }

    public long ReadS()
    {
        var value = ReadV() + 1;
        return (value & 1) != 0 ? -(long)(value >> 1) : (long)(value >> 1);
    }

    public uint ReadU32()
    {
        Span<byte> bytes = [ReadByte(), ReadByte(), ReadByte(), ReadByte()];
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>Reads frame data; it has no checksum.</summary>
    public void ReadExactly(Span<byte> destination)
    {
        var held = Math.Min(_end - _start, destination.Length);
        _buffer.AsSpan(_start, held).CopyTo(destination);
        _start += held;
        while (held < destination.Length)
        {
            var read = source(destination[held..]);
            if (read == 0)
            {
                throw Truncated();
            }

            held += read;
        }
    }

    public void Skip(long count)
    {
        while (count > 0)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = source(_buffer);
                if (_end == 0)
                {
                    throw Truncated();
                }
            }

            var step = (int)Math.Min(count, _end - _start);
            _start += step;
            count -= step;
        }
    }

    private static InvalidDataException Truncated() => new("NUT: the stream ends in the middle of a packet.");
}

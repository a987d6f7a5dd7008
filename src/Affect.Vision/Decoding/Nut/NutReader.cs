using System.Text;

namespace Affect.Vision.Decoding.Nut;

/// <summary>Header of one frame; its data follows in the stream.</summary>
internal readonly record struct NutFrame(long Pts, int SizeBytes, bool IsKey);

/// <summary>
/// Strict reader of a NUT stream (version 3) with exactly one video stream, as ffmpeg writes it to a pipe. Checks every start code, length and checksum;
/// whatever does not fit, and an end in mid packet, is an <see cref="InvalidDataException"/>. Does not seek, resynchronise or repair. Not thread-safe.
/// Usage: <see cref="ReadHeaders"/>, then <see cref="TryReadFrame"/> and exactly one of <see cref="ReadData"/> or <see cref="SkipData"/> for each frame.
/// </summary>
internal sealed class NutReader(NutSource source)
{
    private const int MaxFrameBytes = 1 << 30;

    private readonly NutInput _input = new(source);
    private readonly NutHeaders _headers = new();
    private long _lastPts;
    private bool _syncpointSeen;
    private bool _atPacket;

    /// <summary>Reads up to the first syncpoint. Null where the stream ended before any frame.</summary>
    public NutStream? ReadHeaders()
    {
        Span<byte> id = stackalloc byte[NutFormat.FileId.Length];
        for (var i = 0; i < id.Length; i++)
        {
            if (!_input.TryReadByte(out id[i]))
            {
                return i == 0 ? null : throw new InvalidDataException("NUT: the stream ends in the file id.");
            }
        }

        if (Encoding.ASCII.GetString(id) != NutFormat.FileId)
        {
            throw new InvalidDataException("NUT: wrong file id.");
        }

        while (!_syncpointSeen)
        {
            _input.ResetCrc();
            if (!_input.TryReadByte(out var first))
            {
                break;
            }

            ReadPacket(first);
        }

        return _headers.Stream;
    }

    /// <summary>False at a clean end of the stream.</summary>
    public bool TryReadFrame(out NutFrame frame)
    {
        if (_atPacket)
        {
            throw new InvalidOperationException("The data of the frame before was neither read nor skipped.");
        }

        while (true)
        {
            _input.ResetCrc();
            if (!_input.TryReadByte(out var code))
            {
                frame = default;
                return false;
            }

            if (code == (byte)'N')
            {
                ReadPacket(code);
                continue;
            }

            frame = ReadFrameHeader(code);
            _atPacket = true;
            return true;
        }
    }

    public void ReadData(Span<byte> destination)
    {
        _input.ReadExactly(destination);
        _atPacket = false;
    }

    public void SkipData(NutFrame frame)
    {
        _input.Skip(frame.SizeBytes);
        _atPacket = false;
    }

    private NutFrame ReadFrameHeader(byte code)
    {
        var entry = _headers.Codes[code];
        var flags = entry.Flags;
        if (_headers.Stream is null || !_syncpointSeen || (flags & NutFormat.FlagInvalid) != 0)
        {
            throw new InvalidDataException($"NUT: invalid frame code {code}.");
        }

        if ((flags & NutFormat.FlagCoded) != 0)
        {
            flags ^= _input.ReadV(int.MaxValue, "frame flags");
        }

        if ((flags & NutFormat.FlagStreamId) != 0)
        {
            _input.ReadV(0, "stream id");
        }

        var pts = (flags & NutFormat.FlagCodedPts) != 0 ? FullPts(_input.ReadV()) : _lastPts + entry.PtsDelta;
        long size = entry.SizeLsb;
        if ((flags & NutFormat.FlagSizeMsb) != 0)
        {
            size += (long)entry.SizeMul * _input.ReadV(MaxFrameBytes, "frame size");
        }

        if ((flags & NutFormat.FlagMatchTime) != 0)
        {
            _input.ReadS();
        }

        var elision = (flags & NutFormat.FlagHeaderIndex) != 0 ? _input.ReadV(127, "elision header") : entry.HeaderIndex;
        var reserved = (flags & NutFormat.FlagReserved) != 0 ? _input.ReadV(256, "reserved count") : entry.ReservedCount;
        for (var i = 0; i < reserved; i++)
        {
            _input.ReadV();
        }

        if (elision != 0 || (flags & NutFormat.FlagSideData) != 0 || size > MaxFrameBytes)
        {
            throw new InvalidDataException($"NUT: unsupported frame (flags {flags}, {size} bytes).");
        }

        if ((flags & NutFormat.FlagChecksum) != 0)
        {
            _input.ReadU32();
            CheckCrc("frame header");
        }
        else if (size > 2L * _headers.MaxDistance || Math.Abs(pts - _lastPts) > _headers.MaxPtsDistance)
        {
            throw new InvalidDataException("NUT: a frame that must have a checksum has none.");
        }

        _lastPts = pts;
        return new NutFrame(pts, (int)size, (flags & NutFormat.FlagKey) != 0);
    }

    /// <summary>Coded PTS are either the low bits, nearest to the PTS before, or the whole value plus 2^shift.</summary>
    private long FullPts(ulong coded)
    {
        var range = 1L << _headers.MsbPtsShift;
        if (coded >= (ulong)range)
        {
            return (long)coded - range;
        }

        var mask = range - 1;
        var delta = _lastPts - (mask / 2);
        return (((long)coded - delta) & mask) + delta;
    }

    private void ReadPacket(byte first)
    {
        ulong start = first;
        for (var i = 1; i < 8; i++)
        {
            start = (start << 8) | _input.ReadByte();
        }

        var length = _input.ReadV(NutHeaders.MaxPacketBytes, "packet length");
        if (length > NutFormat.HeaderChecksumLimit)
        {
            _input.ReadU32();
            CheckCrc("packet header");
        }

        if (length < 4)
        {
            throw new InvalidDataException("NUT: a packet is too short.");
        }

        var packet = new byte[length];
        _input.ReadExactly(packet);
        if (NutFormat.Crc(0, packet) != 0)
        {
            throw new InvalidDataException("NUT: checksum mismatch in a packet.");
        }

        var payload = packet.AsMemory(0, length - 4);
        switch (start)
        {
            case NutFormat.MainStart:
                _headers.ReadMain(new NutInput(SourceOf(payload)));
                break;
            case NutFormat.StreamStart:
                _headers.ReadStream(new NutInput(SourceOf(payload)));
                break;
            case NutFormat.SyncpointStart:
                ReadSyncpoint(new NutInput(SourceOf(payload)));
                break;
            case NutFormat.InfoStart or NutFormat.IndexStart:
                break;
            default:
                throw new InvalidDataException($"NUT: unknown start code {start:X16}.");
        }
    }

    private void ReadSyncpoint(NutInput header)
    {
        if (_headers.Stream is null)
        {
            throw new InvalidDataException("NUT: a syncpoint before the stream header.");
        }

        var value = header.ReadV();
        var count = (ulong)_headers.TimeBaseCount;
        if (value % count != (ulong)_headers.TimeBaseId)
        {
            throw new InvalidDataException("NUT: a syncpoint in another time base.");
        }

        _lastPts = (long)(value / count);
        _syncpointSeen = true;
    }

    private void CheckCrc(string what)
    {
        if (_input.Crc != 0)
        {
            throw new InvalidDataException($"NUT: checksum mismatch in a {what}.");
        }
    }

    private static NutSource SourceOf(ReadOnlyMemory<byte> payload)
    {
        var rest = payload;
        return buffer =>
        {
            var count = Math.Min(buffer.Length, rest.Length);
            rest.Span[..count].CopyTo(buffer);
            rest = rest[count..];
            return count;
        };
    }
}

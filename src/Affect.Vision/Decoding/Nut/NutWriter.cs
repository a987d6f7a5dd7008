using System.Buffers.Binary;
using System.Text;
using Affect.Core.Video;

namespace Affect.Vision.Decoding.Nut;

/// <summary>
/// Writes one video stream of key frames as NUT (version 3): how the pictures of a folder reach ffmpeg through its standard input, each with its own length and
/// time stamp, so that ffmpeg opens no file and one broken picture cannot swallow the next. Not thread-safe.
/// </summary>
internal sealed class NutWriter(Stream output)
{
    private const int FrameCode = 1;
    private const int MsbPtsShift = 7;
    private const int MaxDistance = 65536;

    private readonly List<byte> _bytes = [];

    /// <param name="fourCc">Codec tag: <c>MJPG</c> or <c>MPNG</c>.</param>
    public async Task WriteHeadersAsync(string fourCc, int width, int height, Rational timeBase, CancellationToken cancellationToken)
    {
        var packets = new List<byte>(Encoding.ASCII.GetBytes(NutFormat.FileId));

        PutV(NutFormat.Version, 1, MaxDistance, 1, (ulong)timeBase.Numerator, (ulong)timeBase.Denominator);
        PutCodes(NutFormat.FlagInvalid, 1);
        PutCodes(NutFormat.FlagKey | NutFormat.FlagCodedPts | NutFormat.FlagSizeMsb | NutFormat.FlagChecksum, 1);
        PutCodes(NutFormat.FlagInvalid, 253);
        PutV(0); // no elision headers
        packets.AddRange(TakePacket(NutFormat.MainStart));

        PutV(0, 0, 4);
        _bytes.AddRange(Encoding.ASCII.GetBytes(fourCc));
        PutV(0, MsbPtsShift, int.MaxValue, 0, 0, 0, (ulong)width, (ulong)height, 0, 0, 0);
        packets.AddRange(TakePacket(NutFormat.StreamStart));
        await output.WriteAsync(packets.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    public async Task WriteFrameAsync(long pts, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pts);
        PutV((ulong)pts, 0);
        var header = new List<byte>(TakePacket(NutFormat.SyncpointStart));
        _bytes.Add(FrameCode);
        PutV((ulong)pts + (1 << MsbPtsShift), (ulong)data.Length);
        header.AddRange(TakeWithCrc());
        await output.WriteAsync(header.ToArray(), cancellationToken).ConfigureAwait(false);
        await output.WriteAsync(data, cancellationToken).ConfigureAwait(false);
    }

    private void PutCodes(int flags, int count) => PutV((ulong)flags, 6, 1, 1, 0, 0, 0, (ulong)count);

    private void PutV(params ReadOnlySpan<ulong> values)
    {
        foreach (var value in values)
        {
            var shift = 0;
            while (shift < 63 && value >> (shift + 7) != 0)
            {
                shift += 7;
            }

            for (; shift > 0; shift -= 7)
            {
                _bytes.Add((byte)(0x80 | ((value >> shift) & 0x7F)));
            }

            _bytes.Add((byte)(value & 0x7F));
        }
    }

    private byte[] TakePacket(ulong startCode)
    {
        var payload = TakeWithCrc();
        var start = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(start, startCode);
        PutV((ulong)payload.Length);
        var length = _bytes.ToArray();
        _bytes.Clear();
        return payload.Length <= NutFormat.HeaderChecksumLimit
            ? [.. start, .. length, .. payload]
            : throw new InvalidOperationException("A header of more than 4096 bytes is never written.");
    }

    private byte[] TakeWithCrc()
    {
        var bytes = _bytes.ToArray();
        _bytes.Clear();
        var crc = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(crc, NutFormat.Crc(0, bytes));
        return [.. bytes, .. crc];
    }
}

using System.Buffers.Binary;
using System.Text;

namespace Affect.Decoder;

/// <summary>Which pictures to decode, and where to put them.</summary>
/// <param name="Url">What libavformat opens, with its protocol.</param>
/// <param name="Formats">Demuxers allowed, as libavformat's <c>format_whitelist</c>.</param>
/// <param name="Stream">Index of the stream in the file.</param>
/// <param name="SeekMicroseconds">As ffmpeg's <c>-seek_timestamp 1 -ss</c>; <see cref="HelperProtocol.NoPts"/> to read from the first packet on.</param>
/// <param name="Threads">Of the decoder.</param>
/// <param name="Planes">Planes of a picture: 1, or 3 where chroma is as wide and high as luma shifted right by <paramref name="ChromaShift"/>, rounded up.</param>
/// <param name="ChromaShift">0 or 1.</param>
/// <param name="Width">Of every picture, in pixels.</param>
/// <param name="Height">Of every picture, in pixels.</param>
/// <param name="FirstPts">Pictures before it are dropped.</param>
/// <param name="LastPts">The decode ends with it.</param>
/// <param name="Wanted">PTS of the pictures to deliver, ascending; empty for all from first to last.</param>
/// <param name="Memory">Path of the shared memory: slots of <paramref name="SlotBytes"/> bytes, one after the other. Planes are packed, luma first.</param>
/// <param name="SlotBytes">A multiple of the page size.</param>
/// <param name="Slots">At most <see cref="HelperProtocol.MaxSlots"/>.</param>
internal sealed record DecodeOrder(
    string Url, string Formats, int Stream, long SeekMicroseconds, int Threads, int Planes, int ChromaShift, int Width, int Height, long FirstPts, long LastPts, long[] Wanted,
    string Memory, int SlotBytes, int Slots)
{
    /// <summary>Null at the end of the input. Slots that came back after the decode's end are read over.</summary>
    public static DecodeOrder? Read(Stream input)
    {
        int kind;
        while ((kind = input.ReadByte()) != HelperProtocol.Order)
        {
            if (kind < 0)
            {
                return null;
            }
        }

        Span<byte> length = stackalloc byte[4];
        input.ReadExactly(length);
        var bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        input.ReadExactly(bytes);
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return new DecodeOrder(
            reader.ReadString(), reader.ReadString(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(),
            reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64(), ReadWanted(reader), reader.ReadString(), reader.ReadInt32(), reader.ReadInt32());
    }

    public void Write(Stream output)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer, Encoding.UTF8);
        writer.Write(HelperProtocol.Order);
        writer.Write(0); // the length, when it is known
        writer.Write(Url);
        writer.Write(Formats);
        writer.Write(Stream);
        writer.Write(SeekMicroseconds);
        writer.Write(Threads);
        writer.Write(Planes);
        writer.Write(ChromaShift);
        writer.Write(Width);
        writer.Write(Height);
        writer.Write(FirstPts);
        writer.Write(LastPts);
        writer.Write(Wanted.Length);
        foreach (var pts in Wanted)
        {
            writer.Write(pts);
        }

        writer.Write(Memory);
        writer.Write(SlotBytes);
        writer.Write(Slots);
        writer.Flush();
        writer.Seek(1, SeekOrigin.Begin);
        writer.Write((int)buffer.Length - 5);
        buffer.WriteTo(output);
        output.Flush();
    }

    private static long[] ReadWanted(BinaryReader reader)
    {
        var wanted = new long[reader.ReadInt32()];
        for (var i = 0; i < wanted.Length; i++)
        {
            wanted[i] = reader.ReadInt64();
        }

        return wanted;
    }
}

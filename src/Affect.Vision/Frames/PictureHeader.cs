using System.Buffers.Binary;

namespace Affect.Vision.Frames;

/// <summary>What the first bytes of a JPEG or PNG file say.</summary>
/// <param name="Codec">ffmpeg's codec name: mjpeg or png.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="PixelFormat">ffmpeg's pixel format name, near enough to choose the layout of decoded frames.</param>
internal sealed record PictureHeader(string Codec, int Width, int Height, string PixelFormat)
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Null where the bytes are neither a JPEG nor a PNG file with a readable size.</summary>
    /// <param name="data">The file from its beginning.</param>
    public static PictureHeader? Read(ReadOnlySpan<byte> data) => data.StartsWith(PngSignature) ? ReadPng(data) : ReadJpeg(data);

    /// <summary>PNG: the IHDR chunk comes first; W3C PNG specification, 11.2.2.</summary>
    private static PictureHeader? ReadPng(ReadOnlySpan<byte> data)
    {
        if (data.Length < 26 || !data[12..16].SequenceEqual("IHDR"u8))
        {
            return null;
        }

        var width = BinaryPrimitives.ReadInt32BigEndian(data[16..]);
        var height = BinaryPrimitives.ReadInt32BigEndian(data[20..]);
        var format = data[25] is 0 or 4 ? "gray" : "rgb24";
        return IsSize(width, height) ? new PictureHeader("png", width, height, format) : null;
    }

    /// <summary>JPEG: the first start-of-frame segment holds size and sampling factors; ITU-T T.81, B.2.2.</summary>
    private static PictureHeader? ReadJpeg(ReadOnlySpan<byte> data)
    {
        if (data.Length < 4 || data[0] != 0xFF || data[1] != 0xD8)
        {
            return null;
        }

        var at = 2;
        while (at + 4 <= data.Length && data[at] == 0xFF)
        {
            var marker = data[at + 1];
            if (marker is 0xFF)
            {
                at++;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(data[(at + 2)..]);
            var isStartOfFrame = marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
            if (!isStartOfFrame)
            {
                at += 2 + length;
                continue;
            }

            var segment = data[(at + 4)..];
            if (segment.Length < 9 || segment.Length < 6 + (3 * segment[5]))
            {
                return null;
            }

            var height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
            var width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
            return IsSize(width, height) ? new PictureHeader("mjpeg", width, height, JpegFormat(segment)) : null;
        }

        return null;
    }

    private static string JpegFormat(ReadOnlySpan<byte> segment) => segment[5] switch
    {
        1 => "gray",
        3 when segment[7] == segment[10] => "yuvj444p",
        3 when segment[7] == 0x22 => "yuvj420p",
        3 => "yuvj422p",
        _ => "gbrp",
    };

    private static bool IsSize(int width, int height) => width is > 0 and <= 32768 && height is > 0 and <= 32768;
}

using System.IO.Compression;
using System.Security.Cryptography;
using Affect.Core.Video;
using Affect.Storage.Layout;
using Affect.Storage.Objects;

namespace Affect.Storage.Indexes;

/// <summary>What probing a video found.</summary>
public sealed record IndexedVideo(VideoInfo Info, FrameIndex Frames);

/// <summary>
/// The frame index of a video as an object: what ffprobe said and every frame's PTS, in a few bytes a second of video. Bound to the
/// video's content
/// identity and checked by SHA-256: a damaged file, another version or another video's file is an <see cref="InvalidDataException"/>, upon
/// which the caller probes again.
/// Must agree with docs/formats/tree.md.
/// </summary>
public static class FrameIndexFile
{
    /// <summary>Version of the format; files of others are not read.</summary>
    public const byte Version = 1;

    private const int HeaderBytes = 4 + 1 + SHA256.HashSizeInBytes + sizeof(int);
    private const int BrotliQuality = 9;
    private const int BrotliWindow = 22;

    // 10 bytes for each of 100 million frames: what a corrupt length cannot ask for more than.
    private const int MaxPayloadBytes = 1_000_000_000;

    private static ReadOnlySpan<byte> Magic => "AFIX"u8;

    /// <summary>The file's bytes.</summary>
    /// <param name="content">The video's content identity.</param>
    /// <param name="video">What probing found.</param>
    public static byte[] Write(string content, IndexedVideo video)
    {
        var writer = new IndexWriter();
        writer.Text(content);
        WriteInfo(writer, video.Info);
        writer.Series(video.Frames.Pts);
        var keyframes = new long[video.Frames.Keyframes.Length];
        for (var i = 0; i < keyframes.Length; i++)
        {
            keyframes[i] = video.Frames.Keyframes[i];
        }

        writer.Series(keyframes);

        var payload = writer.Bytes;
        var file = new byte[HeaderBytes + BrotliEncoder.GetMaxCompressedLength(payload.Length)];
        if (!BrotliEncoder.TryCompress(payload, file.AsSpan(HeaderBytes), out var length, BrotliQuality, BrotliWindow))
        {
            throw new InvalidOperationException("Brotli did not fit into its own bound.");
        }

        Magic.CopyTo(file);
        file[4] = Version;
        SHA256.HashData(payload, file.AsSpan(5));
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(5 + SHA256.HashSizeInBytes), payload.Length);
        return file[..(HeaderBytes + length)];
    }

    /// <summary>Reads a file's bytes back.</summary>
    /// <exception cref="InvalidDataException">Damaged, of another version, or of another video.</exception>
    public static IndexedVideo Read(ReadOnlySpan<byte> file, string content)
    {
        if (file.Length < HeaderBytes || !file[..4].SequenceEqual(Magic))
        {
            throw new InvalidDataException("Not a frame index.");
        }

        if (file[4] != Version)
        {
            throw new InvalidDataException($"Frame index of version {file[4]}; this program reads {Version}.");
        }

        var payload = Decompress(file);
        try
        {
            var reader = new IndexReader(payload);
            var found = reader.Text();
            if (found != content)
            {
                throw new InvalidDataException($"it belongs to {found}, not to {content}");
            }

            var info = ReadInfo(ref reader);
            var pts = reader.Series();
            var keyframes = Array.ConvertAll(reader.Series(), k => checked((int)k));
            return reader.AtEnd
                ? new IndexedVideo(info, new FrameIndex(pts, keyframes))
                : throw new InvalidDataException("bytes are left over");
        }
        catch (Exception e) when (e is ArgumentException or OverflowException or InvalidDataException)
        {
            throw new InvalidDataException($"Frame index not usable: {e.Message}", e);
        }
    }

    /// <summary>Stores the index of a video, replacing one that is there.</summary>
    public static Task SaveAsync(IObjectStore store, string content, IndexedVideo video, CancellationToken cancellationToken) =>
        store.PutAsync(RunLayout.Index(content), Write(content, video), cancellationToken);

    /// <summary>The stored index of a video, or null where there is none.</summary>
    /// <exception cref="InvalidDataException">There is one, and it is not usable: probe again and save.</exception>
    public static async Task<IndexedVideo?> TryLoadAsync(IObjectStore store, string content, CancellationToken cancellationToken)
    {
        var file = await store.TryReadAllAsync(RunLayout.Index(content), cancellationToken);
        return file is null ? null : Read(file, content);
    }

    private static byte[] Decompress(ReadOnlySpan<byte> file)
    {
        var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(file[(5 + SHA256.HashSizeInBytes)..]);
        if (length is < 0 or > MaxPayloadBytes)
        {
            throw new InvalidDataException("Frame index is damaged (length).");
        }

        var payload = new byte[length];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        return BrotliDecoder.TryDecompress(file[HeaderBytes..], payload, out var written) && written == length && SHA256.HashData(payload, digest) > 0 &&
            digest.SequenceEqual(file.Slice(5, SHA256.HashSizeInBytes))
                ? payload
                : throw new InvalidDataException("Frame index is damaged (checksum).");
    }

    private static void WriteInfo(IndexWriter writer, VideoInfo info)
    {
        writer.Text(info.Container);
        writer.Text(info.Codec);
        writer.Text(info.PixelFormat);
        writer.Signed(info.StreamIndex);
        writer.Signed(info.CodedWidth);
        writer.Signed(info.CodedHeight);
        writer.Signed(info.RotationDegrees);
        writer.Signed(info.TimeBase.Numerator);
        writer.Signed(info.TimeBase.Denominator);
        writer.Signed(info.FrameRate.Numerator);
        writer.Signed(info.FrameRate.Denominator);
        writer.Unsigned(info.IsVariableFrameRate ? 1UL : 0);
        writer.Double(info.DurationSeconds);
        writer.Text(info.ColourMatrix);
        writer.Unsigned(info.IsFullRange ? 1UL : 0);
    }

    private static VideoInfo ReadInfo(ref IndexReader reader) => new(
        reader.Text(),
        reader.Text(),
        reader.Text(),
        checked((int)reader.Signed()),
        checked((int)reader.Signed()),
        checked((int)reader.Signed()),
        checked((int)reader.Signed()),
        new Rational(reader.Signed(), reader.Signed()),
        new Rational(reader.Signed(), reader.Signed()),
        reader.Unsigned() != 0,
        reader.Double(),
        reader.Text(),
        reader.Unsigned() != 0);
}

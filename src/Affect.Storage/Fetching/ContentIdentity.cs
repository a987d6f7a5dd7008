using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Affect.Storage.Objects;

namespace Affect.Storage.Fetching;

/// <summary>
/// Which bytes a video is made of, whatever its name and place: the same for a local file and a blob.
/// <list type="bullet">
/// <item>Up to <see cref="FullLimitBytes"/>: <c>sha256:hex</c> of every byte. Equal identities mean equal files.</item>
/// <item>Larger: <c>sampled-sha256:hex</c> over the size (uint64 little-endian) and 64 evenly spaced blocks of 1 MiB, the first and the
/// last included (block i starts at
/// <c>i * (size - 1 MiB) / 63</c>, rounded down). It tells apart different recordings, cuts and encodings, since these differ in size and
/// nearly everywhere. It does not see a
/// change of the same length between two samples (a byte patched in place): for that, hash the file.</item>
/// </list>
/// </summary>
public static class ContentIdentity
{
    /// <summary>Largest size that is hashed whole: 64 MiB.</summary>
    public const long FullLimitBytes = BlockCount * (long)BlockBytes;

    private const int BlockBytes = 1 << 20;
    private const int BlockCount = 64;

    private delegate ValueTask ReadBlock(long offsetBytes, Memory<byte> buffer);

    /// <summary>Identity of a local file, or of a folder of pictures (<see cref="ComputeFolderAsync"/>).</summary>
    public static async Task<string> ComputeAsync(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            return await ComputeFolderAsync(path, cancellationToken);
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return await ComputeAsync(
            RandomAccess.GetLength(file),
            async (offset, buffer) =>
            {
                for (var done = 0; done < buffer.Length;)
                {
                    var read = await RandomAccess.ReadAsync(file, buffer[done..], offset + done, cancellationToken);
                    done += read > 0 ? read : throw new EndOfStreamException($"{path} became shorter while it was read.");
                }
            });
    }

    /// <summary>Identity of an object, by ranged reads.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    public static async Task<string> ComputeAsync(IObjectStore store, string name, CancellationToken cancellationToken)
    {
        var properties = await store.TryGetPropertiesAsync(name, cancellationToken) ?? throw new ObjectNotFoundException(store.Location, name);
        return await ComputeAsync(
            properties.SizeBytes,
            async (offset, buffer) =>
            {
                if (await store.ReadRangeAsync(name, offset, buffer, cancellationToken) != buffer.Length)
                {
                    throw new EndOfStreamException($"{store.Location}/{name} became shorter while it was read.");
                }
            });
    }

    /// <summary>
    /// Identity of a folder of pictures: name and size of every file in ordinal order, and the bytes of all of them, or where they are
    /// more than <see cref="FullLimitBytes"/>
    /// together, of 64 evenly spaced ones.
    /// </summary>
    private static async Task<string> ComputeFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var files = new DirectoryInfo(folder).GetFiles();
        Array.Sort(files, (a, b) => string.CompareOrdinal(a.Name, b.Name));
        var sampled = files.Sum(f => f.Length) > FullLimitBytes;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file.Name));
            hash.AppendData(Size(file.Length));
        }

        var count = sampled ? Math.Min(BlockCount, files.Length) : files.Length;
        for (var i = 0; i < count; i++)
        {
            var file = files[sampled && count > 1 ? (int)((long)i * (files.Length - 1) / (count - 1)) : i];
            hash.AppendData(await File.ReadAllBytesAsync(file.FullName, cancellationToken));
        }

        return Format(sampled, hash.GetHashAndReset());
    }

    private static async Task<string> ComputeAsync(long sizeBytes, ReadBlock read)
    {
        var buffer = new byte[BlockBytes];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var sampled = sizeBytes > FullLimitBytes;
        if (sampled)
        {
            hash.AppendData(Size(sizeBytes));
        }

        for (var i = 0; i < BlockCount; i++)
        {
            var offset = sampled ? i * (sizeBytes - BlockBytes) / (BlockCount - 1) : i * (long)BlockBytes;
            var count = (int)Math.Clamp(sizeBytes - offset, 0, BlockBytes);
            await read(offset, buffer.AsMemory(0, count));
            hash.AppendData(buffer.AsSpan(0, count));
            if (offset + count >= sizeBytes)
            {
                break;
            }
        }

        return Format(sampled, hash.GetHashAndReset());
    }

    private static byte[] Size(long sizeBytes)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, sizeBytes);
        return bytes;
    }

    private static string Format(bool sampled, byte[] digest) => $"{(sampled ? "sampled-sha256" : "sha256")}:{Convert.ToHexStringLower(digest)}";
}

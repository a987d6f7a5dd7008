using System.Security.Cryptography;
using Affect.Storage.Fetching;
using Affect.Storage.Objects;

namespace Affect.Storage.Tests.Fetching;

public sealed class ContentIdentityTests : IDisposable
{
    private const int MiB = 1 << 20;
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(MiB)]
    [InlineData(MiB + 1)]
    [InlineData(64 * MiB)]
    public async Task UpToTheLimit_IsTheFilesSha256(int size)
    {
        var path = Create(size, seed: size);
        await using var file = File.OpenRead(path);
        Assert.Equal($"sha256:{Convert.ToHexStringLower(await SHA256.HashDataAsync(file, Token))}", await ContentIdentity.ComputeAsync(path, Token));
    }

    [Fact]
    public async Task AboveTheLimit_IsTheDocumentedSample()
    {
        const long Size = (70L * MiB) + 12345;
        var path = Create(Size, seed: 1);
        var bytes = await File.ReadAllBytesAsync(path, Token);
        using var naive = new MemoryStream();
        naive.Write(BitConverter.GetBytes((ulong)Size));
        for (var i = 0L; i < 64; i++)
        {
            naive.Write(bytes, (int)(i * (Size - MiB) / 63), MiB);
        }

        var expected = $"sampled-sha256:{Convert.ToHexStringLower(SHA256.HashData(naive.ToArray()))}";
        Assert.Equal(expected, await ContentIdentity.ComputeAsync(path, Token));

        // First and last byte count, and the size does.
        foreach (var (at, size) in new[] { (0L, Size), (Size - 1, Size), (0L, Size + 1) })
        {
            await using (var file = File.OpenWrite(path))
            {
                file.SetLength(size);
                file.Position = at;
                file.WriteByte((byte)~bytes[at]);
            }

            Assert.NotEqual(expected, await ContentIdentity.ComputeAsync(path, Token));
            await File.WriteAllBytesAsync(path, bytes, Token);
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(65 * MiB)]
    public async Task Object_HasTheIdentityOfTheFile(int size)
    {
        var path = Create(size, seed: 3);
        var store = new LocalObjectStore(_folder.File("store"));
        await store.UploadFileAsync(path, "videos/a.mp4", Token);
        Assert.Equal(await ContentIdentity.ComputeAsync(path, Token), await ContentIdentity.ComputeAsync(store, "videos/a.mp4", Token));
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => ContentIdentity.ComputeAsync(store, "videos/b.mp4", Token));
    }

    [Fact]
    public async Task Folder_ChangesWithNamesSizesAndBytes()
    {
        var folder = Directory.CreateDirectory(_folder.File("faces")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "00001.jpg"), [1, 2], Token);
        await File.WriteAllBytesAsync(Path.Combine(folder, "00002.jpg"), [3], Token);
        var seen = new List<string> { await ContentIdentity.ComputeAsync(folder, Token) };
        Assert.Equal(seen[0], await ContentIdentity.ComputeAsync(folder, Token));
        await File.WriteAllBytesAsync(Path.Combine(folder, "00002.jpg"), [4], Token);
        seen.Add(await ContentIdentity.ComputeAsync(folder, Token));
        File.Move(Path.Combine(folder, "00002.jpg"), Path.Combine(folder, "00003.jpg"));
        seen.Add(await ContentIdentity.ComputeAsync(folder, Token));
        await File.WriteAllBytesAsync(Path.Combine(folder, "00001.jpg"), [1], Token);
        await File.WriteAllBytesAsync(Path.Combine(folder, "00003.jpg"), [2, 4], Token);
        seen.Add(await ContentIdentity.ComputeAsync(folder, Token));
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    private string Create(long size, int seed)
    {
        var path = _folder.File($"{Guid.NewGuid():N}");
        using var file = File.Create(path);
        var random = new Random(seed);
        var block = new byte[MiB];
        for (var left = size; left > 0; left -= MiB)
        {
            random.NextBytes(block);
            file.Write(block, 0, (int)Math.Min(left, MiB));
        }

        return path;
    }
}

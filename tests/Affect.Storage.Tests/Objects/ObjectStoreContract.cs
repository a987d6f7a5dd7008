using System.Security.Cryptography;
using System.Text;
using Affect.Storage.Objects;

namespace Affect.Storage.Tests.Objects;

/// <summary>What every store must do. Contents differ between writers, so that a caller who repeats can tell its own from
/// another's.</summary>
public abstract class ObjectStoreContract
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<IObjectStore> NewStoreAsync();

    [Fact]
    public async Task Create_SecondCreator_IsToldFalseAndChangesNothing()
    {
        var store = await NewStoreAsync();
        Assert.True(await store.CreateIfAbsentAsync("done/v000000-c00000.json", Bytes("first"), Token));
        Assert.False(await store.CreateIfAbsentAsync("done/v000000-c00000.json", Bytes("second"), Token));
        Assert.Equal("first", Text(await store.ReadAllAsync("done/v000000-c00000.json", Token)));
    }

    [Fact]
    public async Task Create_ManyAtOnce_ExactlyOneWins()
    {
        var store = await NewStoreAsync();
        for (var round = 0; round < 10; round++)
        {
            var name = $"race/{round}";
            using var gate = new ManualResetEventSlim();
            var creators = Enumerable.Range(0, 12).Select(i => Task.Run(async () =>
            {
                gate.Wait(Token);
                return await store.CreateIfAbsentAsync(name, Bytes($"creator {i}"), Token) ? i : -1;
            })).ToArray();
            gate.Set();
            var winner = Assert.Single(await Task.WhenAll(creators), i => i >= 0);
            Assert.Equal($"creator {winner}", Text(await store.ReadAllAsync(name, Token)));
        }
    }

    [Fact]
    public async Task CreateOrMatch_SameContentAgain_IsTrue()
    {
        var store = await NewStoreAsync();
        Assert.True(await store.CreateOrMatchAsync("m", Bytes("mine"), Token));
        Assert.True(await store.CreateOrMatchAsync("m", Bytes("mine"), Token));
        Assert.False(await store.CreateOrMatchAsync("m", Bytes("theirs"), Token));
    }

    [Fact]
    public async Task Put_Replaces_AndChangesTheVersion()
    {
        var store = await NewStoreAsync();
        await store.PutAsync("a/b/c.json", Bytes("one"), Token);
        var before = await store.TryGetPropertiesAsync("a/b/c.json", Token);
        await store.PutAsync("a/b/c.json", Bytes("three"), Token);
        var after = await store.TryGetPropertiesAsync("a/b/c.json", Token);
        Assert.Equal("three", Text(await store.ReadAllAsync("a/b/c.json", Token)));
        Assert.Equal(3, before!.SizeBytes);
        Assert.Equal(5, after!.SizeBytes);
        Assert.NotEqual(before.Version, after.Version);
    }

    [Fact]
    public async Task Put_WhileRead_NeverShowsAMixture()
    {
        var store = await NewStoreAsync();
        byte[][] contents = [.. Enumerable.Range(0, 4).Select(i => Enumerable.Repeat((byte)i, 100_000 + i).ToArray())];
        await store.PutAsync("mixed", contents[0], Token);
        var writer = Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                await store.PutAsync("mixed", contents[i % 4], Token);
            }
        });
        var reads = 0;
        while (!writer.IsCompleted || reads < 10)
        {
            var content = await store.ReadAllAsync("mixed", Token);
            Assert.Equal(100_000 + content[0], content.Length);
            Assert.All(content, b => Assert.Equal(content[0], b));
            reads++;
        }

        await writer;
    }

    [Fact]
    public async Task Missing_IsNullOrNotFound()
    {
        var store = await NewStoreAsync();
        Assert.Null(await store.TryGetPropertiesAsync("no/such", Token));
        Assert.False(await store.ExistsAsync("no/such", Token));
        Assert.Null(await store.TryReadAllAsync("no/such", Token));
        Assert.False(await store.DeleteAsync("no/such", Token));
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => store.OpenReadAsync("no/such", Token));
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => store.ReadRangeAsync("no/such", 0, new byte[1], Token));
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => store.ReadRangeAsync("no/such", 0, Memory<byte>.Empty, Token));
        Assert.Empty(await ListAsync(store, string.Empty));
        Assert.Empty(await ListAsync(store, "no/such/"));
    }

    [Fact]
    public async Task ReadRange_GivesWhatThereIs()
    {
        var store = await NewStoreAsync();
        await store.PutAsync("range", Bytes("0123456789"), Token);
        Assert.Equal("345", await RangeAsync(store, 3, 3));
        Assert.Equal("89", await RangeAsync(store, 8, 5));
        Assert.Equal(string.Empty, await RangeAsync(store, 10, 5));
        Assert.Equal(string.Empty, await RangeAsync(store, 4, 0));
    }

    [Fact]
    public async Task Empty_ObjectIsAnObject()
    {
        var store = await NewStoreAsync();
        await store.PutAsync("empty", Memory<byte>.Empty, Token);
        Assert.Equal(0, (await store.TryGetPropertiesAsync("empty", Token))!.SizeBytes);
        Assert.Empty(await store.ReadAllAsync("empty", Token));
        Assert.False(await store.CreateIfAbsentAsync("empty", Bytes("x"), Token));
    }

    [Fact]
    public async Task List_IsOrdinalByPrefix()
    {
        var store = await NewStoreAsync();
        string[] names = ["a-b", "a/b/1", "a/b/2", "a/c", "a0", "A/z", "b", "a/b.json", "a/b-1"];
        foreach (var name in names)
        {
            await store.PutAsync(name, Bytes(name), Token);
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), await ListAsync(store, string.Empty));
        Assert.Equal(["a/b-1", "a/b.json", "a/b/1", "a/b/2", "a/c"], await ListAsync(store, "a/"));
        Assert.Equal(["a/b-1", "a/b.json", "a/b/1", "a/b/2"], await ListAsync(store, "a/b"));
        Assert.Equal(["a/b/1", "a/b/2"], await ListAsync(store, "a/b/"));
        Assert.Equal(["a-b", "a/b-1", "a/b.json", "a/b/1", "a/b/2", "a/c", "a0"], await ListAsync(store, "a"));
        await foreach (var entry in store.ListAsync("a/b/", Token))
        {
            Assert.Equal(entry, await store.TryGetPropertiesAsync(entry.Name, Token));
        }
    }

    [Fact]
    public async Task ListFolders_NamesEachOnce()
    {
        var store = await NewStoreAsync();
        foreach (var name in new[] { "a-b/1", "a/b/1", "a/b/2", "a/c/x/y", "a/file", "a0/1", "b", "A/z", "a/b-1/1" })
        {
            await store.PutAsync(name, Bytes(name), Token);
        }

        Assert.Equal(["A", "a-b", "a", "a0"], await store.ListFoldersAsync("", Token).ToListAsync(Token));
        Assert.Equal(["b-1", "b", "c"], await store.ListFoldersAsync("a/", Token).ToListAsync(Token));
        Assert.Equal(["x"], await store.ListFoldersAsync("a/c/", Token).ToListAsync(Token));
        Assert.Empty(await store.ListFoldersAsync("none/", Token).ToListAsync(Token));
    }

    [Fact]
    public async Task Delete_RemovesAndAllowsCreation()
    {
        var store = await NewStoreAsync();
        await store.PutAsync("d/x", Bytes("1"), Token);
        Assert.True(await store.DeleteAsync("d/x", Token));
        Assert.Empty(await ListAsync(store, string.Empty));
        Assert.True(await store.CreateIfAbsentAsync("d/x", Bytes("2"), Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20_000_000)]
    public async Task UploadFile_KeepsEveryByte(int size)
    {
        var store = await NewStoreAsync();
        using var folder = new TestFolder();
        var content = new byte[size];
        new Random(size).NextBytes(content);
        await File.WriteAllBytesAsync(folder.File("source"), content, Token);
        await store.PutAsync("big/file.parquet", Bytes("older"), Token);
        await store.UploadFileAsync(folder.File("source"), "big/file.parquet", Token);
        await store.DownloadFileAsync("big/file.parquet", folder.File("copy"), Token);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(content)), Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(folder.File("copy"), Token))));
        using var local = await store.OpenLocalAsync("big/file.parquet", folder.File("scratch"), Token);
        Assert.Equal(size, new FileInfo(local.Path).Length);
        Assert.Equal(["big/file.parquet"], await ListAsync(store, string.Empty));
    }

    [Fact]
    public async Task Put_OfWhatIsBeingWritten_IsTheWholeOrNothing()
    {
        var store = await NewStoreAsync();
        using var folder = new TestFolder();
        var scratch = Directory.CreateDirectory(folder.File("scratch")).FullName;
        async Task WriteAsync(Stream stream, int parts)
        {
            for (var i = 0; i < parts; i++)
            {
                await stream.WriteAsync(Bytes($"part {i};"), Token);
            }
        }

        await store.PutAsync("report.json", scratch, stream => WriteAsync(stream, 3), Token);
        Assert.Equal("part 0;part 1;part 2;", Text(await store.ReadAllAsync("report.json", Token)));
        async Task BreakOffAsync(Stream stream)
        {
            await WriteAsync(stream, 1);
            throw new InvalidOperationException("broken off");
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => store.PutAsync("report.json", scratch, BreakOffAsync, Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.PutAsync("other.json", scratch, BreakOffAsync, Token));
        Assert.Equal("part 0;part 1;part 2;", Text(await store.ReadAllAsync("report.json", Token)));
        Assert.Equal(["report.json"], await ListAsync(store, string.Empty));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch));
    }

    [Fact]
    public async Task Names_OfAnyEscapedId_RoundTrip()
    {
        var store = await NewStoreAsync();
        string[] ids = ["a b", "../x", "..", ".", "", "%2F", "ü/ß 日本.mp4", "x?y#z", new('ü', 500), "a/b", "a~~b", "con:1", "q'\"[*]", "end."];
        foreach (var id in ids)
        {
            await store.PutAsync($"labels/{ObjectNames.Escape(id)}.parquet", Bytes(id), Token);
        }

        Assert.Equal(ids.Length, (await ListAsync(store, "labels/")).Count);
        foreach (var id in ids)
        {
            Assert.Equal(id, Text(await store.ReadAllAsync($"labels/{ObjectNames.Escape(id)}.parquet", Token)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    public async Task Names_ThatAreNone_AreRefused(string name)
    {
        var store = await NewStoreAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => store.PutAsync(name, Bytes("x"), Token));
        await Assert.ThrowsAsync<ArgumentException>(() => store.CreateIfAbsentAsync(name, Bytes("x"), Token));
        await Assert.ThrowsAsync<ArgumentException>(() => store.OpenReadAsync(name, Token));
    }

    [Fact]
    public async Task Cancelled_StopsTheCall()
    {
        var store = await NewStoreAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutAsync("c", Bytes("x"), cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.CreateIfAbsentAsync("c", Bytes("x"), cancelled.Token));
        Assert.Empty(await ListAsync(store, string.Empty));
    }

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    protected static async Task<List<string>> ListAsync(IObjectStore store, string prefix)
    {
        var names = new List<string>();
        await foreach (var entry in store.ListAsync(prefix, Token))
        {
            names.Add(entry.Name);
        }

        return names;
    }

    private static async Task<string> RangeAsync(IObjectStore store, long offset, int count)
    {
        var buffer = new byte[count];
        var read = await store.ReadRangeAsync("range", offset, buffer, Token);
        return Text(buffer[..read]);
    }
}

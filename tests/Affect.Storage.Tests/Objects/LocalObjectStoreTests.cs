using Affect.Storage.Objects;

namespace Affect.Storage.Tests.Objects;

public sealed class LocalObjectStoreTests : ObjectStoreContract, IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData((int)LocalWriteStep.Opened)]
    [InlineData((int)LocalWriteStep.Written)]
    [InlineData((int)LocalWriteStep.Flushed)]
    [InlineData((int)LocalWriteStep.Named)]
    public async Task KilledWriter_LeavesNothingHalfVisible(int step)
    {
        var good = new LocalObjectStore(_folder.Path);
        await good.PutAsync("old", Bytes("before"), Token);
        await File.WriteAllTextAsync(_folder.File("source"), "file", Token);
        var dying = new LocalObjectStore(_folder.Path, LocalDurability.Power, s =>
        {
            if (s == (LocalWriteStep)step)
            {
                throw new LocalWriterKilledException();
            }
        });

        await Assert.ThrowsAsync<LocalWriterKilledException>(() => dying.CreateIfAbsentAsync("new", Bytes("content"), Token));
        await Assert.ThrowsAsync<LocalWriterKilledException>(() => dying.PutAsync("old", Bytes("content"), Token));
        await Assert.ThrowsAsync<LocalWriterKilledException>(() => dying.UploadFileAsync(_folder.File("source"), "uploaded", Token));

        var named = (LocalWriteStep)step == LocalWriteStep.Named;
        Assert.Equal(named ? "content" : null, await good.TryReadAllAsync("new", Token) is { } created ? Text(created) : null);
        Assert.Equal(named ? "content" : "before", Text(await good.ReadAllAsync("old", Token)));
        Assert.Equal(named ? "file" : null, await good.TryReadAllAsync("uploaded", Token) is { } uploaded ? Text(uploaded) : null);
        Assert.Equal(named ? ["new", "old", "source", "uploaded"] : ["old", "source"], await ListAsync(good, string.Empty));
        Assert.Equal(!named, await good.CreateIfAbsentAsync("new", Bytes("again"), Token));
    }

    [Fact]
    public async Task SweepTemporary_RemovesOldLeftoversOnly()
    {
        var store = new LocalObjectStore(_folder.Path, LocalDurability.Process, s => throw new LocalWriterKilledException());
        await Assert.ThrowsAsync<LocalWriterKilledException>(() => store.PutAsync("a", Bytes("x"), Token));
        var now = DateTimeOffset.UtcNow;
        Assert.Equal(0, store.SweepTemporary(now));
        Assert.Equal(1, store.SweepTemporary(now + LocalObjectStore.TemporaryAge + TimeSpan.FromMinutes(1)));
        Assert.Empty(Directory.GetFiles(_folder.File(LocalObjectStore.TemporaryFolder)));
    }

    [Fact]
    public async Task FirstWrite_SweepsOldLeftovers()
    {
        var killed = new LocalObjectStore(_folder.Path, LocalDurability.Process, s => throw new LocalWriterKilledException());
        await Assert.ThrowsAsync<LocalWriterKilledException>(() => killed.PutAsync("a", Bytes("x"), Token));
        await Assert.ThrowsAsync<LocalWriterKilledException>(() => killed.PutAsync("b", Bytes("x"), Token));
        var leftovers = Directory.GetFiles(_folder.File(LocalObjectStore.TemporaryFolder));
        File.SetLastWriteTimeUtc(leftovers[0], DateTime.UtcNow - LocalObjectStore.TemporaryAge - TimeSpan.FromMinutes(1));
        await new LocalObjectStore(_folder.Path).PutAsync("c", Bytes("x"), Token);
        Assert.Equal([leftovers[1]], Directory.GetFiles(_folder.File(LocalObjectStore.TemporaryFolder)));
    }

    [Fact]
    public async Task FailedWrite_LeavesNoTemporaryFile()
    {
        var store = new LocalObjectStore(_folder.Path);
        await store.PutAsync("folder/x", Bytes("x"), Token);
        await Assert.ThrowsAnyAsync<IOException>(() => store.PutAsync("folder", Bytes("x"), Token));
        await Assert.ThrowsAnyAsync<IOException>(() => store.PutAsync("folder/x/y", Bytes("x"), Token));
        await Assert.ThrowsAnyAsync<IOException>(() => store.UploadFileAsync(_folder.File("missing"), "y", Token));
        Assert.Empty(Directory.GetFiles(_folder.File(LocalObjectStore.TemporaryFolder)));
    }

    [Fact]
    public async Task TemporaryFolder_IsNoObjectName()
    {
        var store = new LocalObjectStore(_folder.Path);
        await Assert.ThrowsAsync<ArgumentException>(() => store.PutAsync(".affect-tmp/x", Bytes("x"), Token));
    }

    protected override Task<IObjectStore> NewStoreAsync() => Task.FromResult<IObjectStore>(new LocalObjectStore(_folder.File(Guid.NewGuid().ToString("N"))));
}

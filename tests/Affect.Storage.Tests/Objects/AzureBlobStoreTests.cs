using Affect.Storage.Objects;

namespace Affect.Storage.Tests.Objects;

[Collection(AzuriteGroup.Name)]
public sealed class AzureBlobStoreTests(Azurite azurite) : ObjectStoreContract
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prefix_IsNotPartOfTheNames()
    {
        var container = await azurite.NewStoreAsync();
        var nested = ObjectStoreFactory.Open($"{container.Location}/data/set 1/", azurite.Options);
        await nested.PutAsync("a/b", Bytes("x"), Token);
        Assert.Equal(["a/b"], await ListAsync(nested, string.Empty));
        Assert.Equal(["data/set 1/a/b"], await ListAsync(container, string.Empty));
        Assert.Equal($"{container.Location}/data/set 1", nested.Location);
    }

    [Fact]
    public async Task MissingContainer_IsAnErrorNotAnEmptyStore()
    {
        var store = ObjectStoreFactory.Open("az://no-such-container/x", azurite.Options);
        var list = await Assert.ThrowsAsync<ObjectStoreException>(() => ListAsync(store, string.Empty));
        Assert.Contains("ContainerNotFound", list.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.OpenReadAsync("x", Token));
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.CreateIfAbsentAsync("x", Bytes("x"), Token));
    }

    [Fact]
    public async Task WrongKey_IsRefusedWithoutShowingIt()
    {
        var key = Convert.ToBase64String(new byte[64]);
        var store = ObjectStoreFactory.Open(
            "az://container", new AzureBlobOptions { ConnectionString = $"AccountName=devstoreaccount1;AccountKey={key};BlobEndpoint=http://127.0.0.1:{azurite.Port}/devstoreaccount1" });
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("x", Bytes("x"), Token));
        Assert.Contains("access refused", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replacement_DuringReading_EndsItOrIsNotSeen()
    {
        var store = await azurite.NewStoreAsync();
        var old = new byte[6_000_000];
        await store.PutAsync("x", old, Token);
        await using var stream = await store.OpenReadAsync("x", Token);
        await store.PutAsync("x", Enumerable.Repeat((byte)1, 6_000_000).ToArray(), Token);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, Token);
        Assert.True(old.AsSpan().SequenceEqual(read.ToArray()));
    }

    protected override async Task<IObjectStore> NewStoreAsync() => await azurite.NewStoreAsync("prefix/");
}

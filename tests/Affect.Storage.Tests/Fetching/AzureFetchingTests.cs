using Affect.Core.Corpora;
using Affect.Storage.Fetching;
using Affect.Storage.Objects;
using Affect.Storage.Tests.Objects;

namespace Affect.Storage.Tests.Fetching;

[Collection(AzuriteGroup.Name)]
public sealed class AzureFetchingTests(Azurite azurite) : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Scan_ThenFetch_GivesTheVideosOfThePrefix()
    {
        var container = await azurite.NewStoreAsync();
        var contents = new Dictionary<string, byte[]>();
        foreach (var name in new[] { "corpus/b/2 ü.MKV", "corpus/a/1.mp4", "corpus/readme.txt", "corpus/a.mp4", "other/x.mp4", "corpus2/y.mp4" })
        {
            contents[name] = new byte[70_000 + contents.Count];
            new Random(contents.Count).NextBytes(contents[name]);
            await container.PutAsync(name, contents[name], Token);
        }

        var entries = new List<CorpusEntry>();
        await foreach (var entry in ObjectCorpus.ScanAsync($"{container.Location}/corpus", azurite.Options, Token))
        {
            entries.Add(entry);
        }

        Assert.Equal(["a.mp4", "a/1.mp4", "b/2 ü.MKV"], entries.Select(e => e.Id));
        Assert.All(entries, e => Assert.Equal($"{container.Location}/corpus/{e.Id}", e.Location));
        var fetcher = new VideoFetcher(new VideoCacheOptions { Folder = _folder.Path }, azurite.Options, TimeProvider.System);
        foreach (var entry in entries)
        {
            var result = await fetcher.FetchAsync(entry, Token);
            using var lease = result.Lease!;
            Assert.Equal(contents[$"corpus/{entry.Id}"], await File.ReadAllBytesAsync(lease.Path, Token));
            Assert.Equal(
                await ContentIdentity.ComputeAsync(lease.Path, Token), await ContentIdentity.ComputeAsync(container, AzureLocation.Parse(entry.Location).Path, Token));
        }
    }
}

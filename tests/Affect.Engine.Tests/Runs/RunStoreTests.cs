using Affect.Core.Planning;
using Affect.Engine.Runs;
using Affect.Engine.Tests.Fixtures;
using Affect.Storage.Layout;
using Affect.Storage.Objects;
using Affect.Storage.Testing;

namespace Affect.Engine.Tests.Runs;

public sealed class RunStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("affect-test-").FullName;
    private readonly RunLayout _layout = new("r");

    private LocalObjectStore Objects => new(_folder);

    /// <summary>More than are read at once, answered in any order; from the millionth video and the hundred thousandth chunk on names have another order than numbers.</summary>
    [Fact]
    public async Task Markers_ComeInChunkOrder()
    {
        int[] numbers = [0, 1, 99_999, 100_000, 999_999, 1_000_000, 1_000_001];
        var chunks = numbers.SelectMany(video => numbers.Select(chunk => new ChunkId(video, chunk))).ToArray();
        new Random(3).Shuffle(chunks);
        foreach (var chunk in chunks)
        {
            await Objects.PutAsync(_layout.Done(chunk), Markers.Of(chunk).ToJson(), default);
        }

        var slow = new FaultyObjectStore(Objects, 5, FaultRates.None with { MaxDelay = TimeSpan.FromMilliseconds(20) }, TimeProvider.System);
        var read = await new RunStore(slow, _layout).DoneAsync(default).Select(record => record.Chunk).ToListAsync();
        Assert.Equal(chunks.Order(), read);
        Assert.Equal(chunks.Order().Take(3), await new RunStore(slow, _layout).DoneAsync(default).Select(record => record.Chunk).Take(3).ToListAsync());
    }

    [Fact]
    public async Task OfSomePrefixes_OnlyWhatIsMeantIsRead()
    {
        var chunks = Enumerable.Range(0, 40).Select(i => new ChunkId(2, i)).ToArray();
        foreach (var chunk in chunks)
        {
            await Objects.PutAsync(_layout.Done(chunk), Markers.Of(chunk).ToJson(), default);
        }

        await Objects.PutAsync(_layout.Done(new ChunkId(2, 40)), "damaged"u8.ToArray(), default);
        var read = await new RunStore(Objects, _layout).DoneAsync(_layout.DonePrefixesOf(chunks[5], chunks[20]), chunk => chunk.Chunk is >= 5 and <= 20, default)
            .Select(record => record.Chunk).ToListAsync();
        Assert.Equal(chunks[5..21], read);
    }

    [Fact]
    public async Task ADamagedMarker_IsNamed()
    {
        for (var i = 0; i < 100; i++)
        {
            await Objects.PutAsync(_layout.Done(new ChunkId(0, i)), i == 70 ? "{"u8.ToArray() : Markers.Of(new ChunkId(0, i)).ToJson(), default);
        }

        var read = new List<ChunkId>();
        var thrown = await Assert.ThrowsAsync<FormatException>(async () =>
        {
            await foreach (var record in new RunStore(Objects, _layout).DoneAsync(default))
            {
                read.Add(record.Chunk);
            }
        });
        Assert.StartsWith("runs/r/done/v000000-c00070.json: ", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 70).Select(i => new ChunkId(0, i)), read);
    }

    /// <summary>File managers and synchronisers leave such behind.</summary>
    [Fact]
    public async Task FilesThatAreNoMarkers_ArePassedOver()
    {
        await Objects.PutAsync(_layout.Done(new ChunkId(0, 0)), Markers.Of(new ChunkId(0, 0)).ToJson(), default);
        await Objects.PutAsync(_layout.DonePrefix + ".DS_Store", "x"u8.ToArray(), default);
        await Objects.PutAsync(_layout.DonePrefix + "v000000-c00000 (1).json", "x"u8.ToArray(), default);
        await Objects.PutAsync(_layout.FailedPrefix + "Thumbs.db", "x"u8.ToArray(), default);
        var store = new RunStore(Objects, _layout);
        Assert.Single(await store.DoneAsync(default).ToListAsync());
        Assert.Empty(await store.FailedAsync(default).ToListAsync());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

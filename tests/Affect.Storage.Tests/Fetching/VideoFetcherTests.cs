using Affect.Core.Corpora;
using Affect.Core.Failures;
using Affect.Storage.Fetching;
using Affect.Storage.Objects;
using Affect.Storage.Testing;

namespace Affect.Storage.Tests.Fetching;

public sealed class VideoFetcherTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly LocalObjectStore _remote;
    private readonly CountingTime _time = new();
    private int _downloads;

    public VideoFetcherTests() => _remote = new LocalObjectStore(_folder.File("remote"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Cache => _folder.File("cache");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Local_IsItself()
    {
        await File.WriteAllBytesAsync(_folder.File("a.mp4"), new byte[10], Token);
        var fetcher = Fetcher(100);
        using var lease = Success(await fetcher.FetchAsync(new CorpusEntry("a", _folder.File("a.mp4"), EntryKind.Video, "", 10), Token));
        Assert.Equal(_folder.File("a.mp4"), lease.Path);
        Assert.False(Directory.Exists(Cache));
        await FailsAsync(fetcher, new CorpusEntry("a", _folder.File("a.mp4"), EntryKind.Video, "", 11), FailureKind.ContentChanged);
        await FailsAsync(fetcher, new CorpusEntry("b", _folder.File("b.mp4"), EntryKind.Video, "", -1), FailureKind.Unreadable);
        await FailsAsync(fetcher, new CorpusEntry("b", _folder.File("b"), EntryKind.FaceFrames, "", -1), FailureKind.Unreadable);
        Success(await fetcher.FetchAsync(new CorpusEntry("c", _folder.Path, EntryKind.FaceFrames, "", -1), Token)).Dispose();
    }

    [Fact]
    public async Task Remote_IsDownloadedOnceByManyAtOnce()
    {
        var content = await PutAsync("set 1/ü clip.MP4", 300_000, seed: 1);

        // Two fetchers stand for two processes: they share nothing but the folder.
        VideoFetcher[] fetchers = [Fetcher(1_000_000), Fetcher(1_000_000)];
        var leases = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(async () => Success(await fetchers[i % 2].FetchAsync(Entry("set 1/ü clip.MP4"), Token)))));
        Assert.Equal(1, _downloads);
        Assert.All(leases, l => Assert.Equal(leases[0].Path, l.Path));
        Assert.EndsWith(".MP4", leases[0].Path, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllBytesAsync(leases[0].Path, Token));
        Assert.All(leases, l => l.Dispose());
        Success(await Fetcher(1_000_000).FetchAsync(Entry("set 1/ü clip.MP4"), Token)).Dispose();
        Assert.Equal(1, _downloads);
    }

    [Fact]
    public async Task Full_RemovesTheLeastRecentlyUsed()
    {
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            await PutAsync(name, 40, seed: 1);
        }

        var fetcher = Fetcher(100);
        var a = await PathOnceAsync(fetcher, "a");
        var b = await PathOnceAsync(fetcher, "b");
        Assert.Equal(a, await PathOnceAsync(fetcher, "a"));
        var c = await PathOnceAsync(fetcher, "c");
        Assert.True(File.Exists(a));
        Assert.False(File.Exists(b));
        Assert.True(File.Exists(c));
        await PathOnceAsync(fetcher, "d");
        Assert.False(File.Exists(a));
        Assert.Equal(4, _downloads);
        Assert.True(Directory.GetFiles(Cache).Sum(f => new FileInfo(f).Length) <= 100);
        Assert.Equal(3, Directory.GetFiles(Cache, "*.lock").Length);
    }

    [Fact]
    public async Task Leased_IsNotRemoved_AndTheNextWaitsForRoom()
    {
        await PutAsync("a", 60, seed: 1);
        await PutAsync("b", 60, seed: 2);
        var fetcher = Fetcher(100);
        var a = Success(await fetcher.FetchAsync(Entry("a"), Token));
        var waiting = fetcher.FetchAsync(Entry("b"), Token);
        await _time.ManyTimersAsync();
        Assert.False(waiting.IsCompleted);
        Assert.True(File.Exists(a.Path));
        a.Dispose();
        using var b = Success(await waiting);
        Assert.False(File.Exists(a.Path));
    }

    [Fact]
    public async Task NoRoomInTime_IsAFailureThatSaysWhy()
    {
        await PutAsync("a", 60, seed: 1);
        await PutAsync("b", 60, seed: 2);
        await PutAsync("huge", 101, seed: 3);
        var fetcher = Fetcher(100, maxWait: TimeSpan.FromMilliseconds(1));
        using var a = Success(await fetcher.FetchAsync(Entry("a"), Token));
        Assert.Contains("in use", await FailsAsync(fetcher, Entry("b"), FailureKind.Storage), StringComparison.Ordinal);
        Assert.Contains("101 bytes", await FailsAsync(fetcher, Entry("huge"), FailureKind.Storage), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replaced_IsAnotherCopy()
    {
        await PutAsync("a", 60, seed: 1);
        var fetcher = Fetcher(1000);
        using var old = Success(await fetcher.FetchAsync(Entry("a"), Token));
        var before = await File.ReadAllBytesAsync(old.Path, Token);
        var content = await PutAsync("a", 61, seed: 2);
        using var now = Success(await fetcher.FetchAsync(Entry("a"), Token));
        Assert.Equal(content, await File.ReadAllBytesAsync(now.Path, Token));
        Assert.Equal(before, await File.ReadAllBytesAsync(old.Path, Token));
        await FailsAsync(fetcher, Entry("a") with { SizeBytes = 60 }, FailureKind.ContentChanged);
        await FailsAsync(fetcher, Entry("gone"), FailureKind.Unreadable);
    }

    [Fact]
    public async Task ReplacedDuringTheDownload_IsNoticed()
    {
        await PutAsync("a", 60, seed: 1);
        var fetcher = Fetcher(1000, onOpen: async () => await PutAsync("a", 60, seed: 2));
        await FailsAsync(fetcher, Entry("a"), FailureKind.ContentChanged);
        Assert.Empty(Directory.GetFiles(Cache, "*.part"));
    }

    [Fact]
    public async Task BrokenDownload_LeavesNothingAndTheNextSucceeds()
    {
        var content = await PutAsync("a", 60_000, seed: 1);
        var broken = new VideoFetcher(
            Options(100_000, TimeSpan.FromSeconds(5)), _ => new FaultyObjectStore(_remote, seed: 1, new FaultRates(0, 0, 1, TimeSpan.Zero), _time), _time);
        await FailsAsync(broken, Entry("a"), FailureKind.Storage);
        Assert.DoesNotContain(Directory.GetFiles(Cache), f => new FileInfo(f).Length > 0);
        using var lease = Success(await Fetcher(100_000).FetchAsync(Entry("a"), Token));
        Assert.Equal(content, await File.ReadAllBytesAsync(lease.Path, Token));
    }

    [Fact]
    public async Task KilledDownload_GivesItsRoomBack()
    {
        await PutAsync("a", 60, seed: 1);
        await PutAsync("b", 60, seed: 2);
        var fetcher = Fetcher(100);
        Success(await fetcher.FetchAsync(Entry("a"), Token)).Dispose();

        // What kill -9 leaves: a part of full length, and no lock.
        var copy = Directory.GetFiles(Cache).Single(f => new FileInfo(f).Length > 0);
        File.Move(copy, Path.ChangeExtension(copy, ".part"));
        Success(await fetcher.FetchAsync(Entry("b"), Token)).Dispose();
        Success(await fetcher.FetchAsync(Entry("a"), Token)).Dispose();
        Assert.Equal(3, _downloads);
        Assert.True(Directory.GetFiles(Cache).Sum(f => new FileInfo(f).Length) <= 100);
    }

    [Fact]
    public async Task ManyVideos_ManyWorkers_StayWithinTheBound()
    {
        for (var i = 0; i < 8; i++)
        {
            await PutAsync($"v{i}", 1000 + i, seed: i);
        }

        // Counted as the cache counts, while nobody renames: files counted one after the other while they come and go give any sum.
        var cache = new VideoCache(Options(3500, TimeSpan.Zero), _time);
        VideoFetcher[] fetchers = [Fetcher(3500), Fetcher(3500)];
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 3, CancellationToken = Token }, async (i, token) =>
        {
            var video = i * 7 % 8;
            using var lease = Success(await fetchers[i % 2].FetchAsync(Entry($"v{video}"), token));
            Assert.Equal(Bytes(1000 + video, video), await File.ReadAllBytesAsync(lease.Path, token));
            await using var still = await cache.TakeGlobalAsync(token);
            Assert.InRange(cache.Copies().Sum(c => c.SizeBytes), 1, 3500);
        });
        Assert.True(_downloads > 8, $"{_downloads} downloads: nothing was ever removed");
    }

    private static CorpusEntry Entry(string name) => new(name, $"az://container/{name}", EntryKind.Video, string.Empty, -1);

    private static VideoLease Success(FetchResult result)
    {
        Assert.Null(result.Failure);
        return result.Lease!;
    }

    private static async Task<string> FailsAsync(VideoFetcher fetcher, CorpusEntry entry, FailureKind kind)
    {
        var result = await fetcher.FetchAsync(entry, Token);
        Assert.Null(result.Lease);
        Assert.Equal(kind, result.Failure!.Kind);
        return result.Failure.Message;
    }

    private static byte[] Bytes(int size, int seed)
    {
        var content = new byte[size];
        new Random(seed).NextBytes(content);
        return content;
    }

    private async Task<string> PathOnceAsync(VideoFetcher fetcher, string name)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        using var lease = Success(await fetcher.FetchAsync(Entry(name), Token));
        return lease.Path;
    }

    private async Task<byte[]> PutAsync(string name, int size, int seed)
    {
        await _remote.PutAsync(name, Bytes(size, seed), Token);
        return Bytes(size, seed);
    }

    private VideoCacheOptions Options(long maxBytes, TimeSpan maxWait) =>
        new() { Folder = Cache, MaxBytes = maxBytes, MaxWait = maxWait, PollInterval = TimeSpan.FromMilliseconds(5) };

    private VideoFetcher Fetcher(long maxBytes, TimeSpan? maxWait = null, Func<Task>? onOpen = null) => new(
        Options(maxBytes, maxWait ?? TimeSpan.FromSeconds(60)),
        container =>
        {
            Assert.Equal("container", container);
            return new ObservedStore(_remote, async () =>
            {
                Interlocked.Increment(ref _downloads);
                await (onOpen?.Invoke() ?? Task.CompletedTask);
            });
        },
        _time);
}

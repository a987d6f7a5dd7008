using Affect.Storage.Objects;
using BenchmarkDotNet.Attributes;

namespace Affect.Benchmarks.Storage;

/// <summary>What a completion marker costs in a folder, with and without flushing to the disk.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class LocalObjectStoreBenchmarks
{
    private readonly byte[] _content = new byte[1000];
    private string _folder = string.Empty;
    private LocalObjectStore _store = null!;
    private int _next;

    [Params(LocalDurability.Process, LocalDurability.Power)]
    public LocalDurability Durability { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // Not in /tmp, which can be memory.
        _folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "store-benchmark")).FullName;
        _store = new LocalObjectStore(_folder, Durability);
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    [Benchmark]
    public Task<bool> CreateIfAbsent() => _store.CreateIfAbsentAsync($"done/{Interlocked.Increment(ref _next)}", _content, CancellationToken.None);

    [Benchmark]
    public Task Put() => _store.PutAsync("replaced", _content, CancellationToken.None);
}

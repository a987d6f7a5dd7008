using Affect.Core.Labels;
using Affect.Storage.Parquet;
using BenchmarkDotNet.Attributes;

namespace Affect.Benchmarks.Storage;

/// <summary>Label files written and read; the gate is allocation a row (reading makes a row object and its three arrays, writing nothing a
/// row).</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class LabelParquetBenchmarks
{
    private readonly string _folder = Directory.CreateTempSubdirectory("affect-benchmark-").FullName;
    private LabelRow[] _rows = [];

    /// <summary>2,000 is a chunk, 100,000 an hour of video.</summary>
    [Params(2_000, 100_000)]
    public int Rows { get; set; }

    private string FilePath => Path.Combine(_folder, "labels.parquet");

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _rows = [.. BenchmarkRows.Make(Rows)];
        await LabelParquet.WriteAsync(_rows, BenchmarkRows.Metadata(LabelFileKind.Labels), FilePath, CancellationToken.None);
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    [Benchmark]
    public Task<long> Write() =>
        LabelParquet.WriteAsync(_rows, BenchmarkRows.Metadata(LabelFileKind.Labels), Path.Combine(_folder, "written.parquet"), CancellationToken.None);

    [Benchmark]
    public int Read() => LabelParquet.Read(FilePath, CancellationToken.None).Count();

    [Benchmark]
    public int ReadThreeColumns() =>
        ParquetQuery.Read([FilePath], ["video", "frame", "valence"], filter: null, CancellationToken.None).Sum(b => b.Floats("valence").Length);
}

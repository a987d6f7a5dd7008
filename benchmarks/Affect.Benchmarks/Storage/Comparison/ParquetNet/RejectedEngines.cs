using System.IO.Compression;

namespace Affect.Benchmarks.Storage.Comparison;

/// <summary>Variants that were measured and not taken (docs/decisions/2026-11-25-packages-again.md).</summary>
internal static class RejectedEngines
{
    public static IReadOnlyList<ParquetEngine> All { get; } =
    [
        Make("Parquet.Net", CompressionLevel.Optimal), Make("Parquet.Net fastest", CompressionLevel.Fastest),
    ];

    private static ParquetEngine Make(string name, CompressionLevel level) =>
        new(name, (rows, metadata, path, token) => ParquetNetWriting.WriteAsync(rows, metadata, path, level, token), ParquetNetReading.ReadAsync);
}

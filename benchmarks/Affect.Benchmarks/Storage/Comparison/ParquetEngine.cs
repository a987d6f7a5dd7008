using Affect.Core.Labels;
using Affect.Storage.Parquet;

namespace Affect.Benchmarks.Storage.Comparison;

/// <summary>One way to write label rows as a Parquet file and to read them back as rows, both streaming.</summary>
internal sealed record ParquetEngine(
    string Name,
    Func<IEnumerable<LabelRow>, LabelFileMetadata, string, CancellationToken, Task<long>> WriteAsync,
    Func<string, Action<LabelRow>, CancellationToken, Task> ReadAsync)
{
    /// <summary>What the library uses.</summary>
    public static ParquetEngine DuckDb { get; } = new("DuckDB", LabelParquet.WriteAsync, ReadWithDuckDbAsync);

    private static Task ReadWithDuckDbAsync(string path, Action<LabelRow> take, CancellationToken cancellationToken)
    {
        foreach (var row in LabelParquet.Read(path, cancellationToken))
        {
            take(row);
        }

        return Task.CompletedTask;
    }
}

namespace Affect.Benchmarks.Storage.Comparison;

/// <summary>Takes the place of the Parquet.Net variant where the NuGet source lacks the package (eng/setup.sh asks).</summary>
internal static class RejectedEngines
{
    public static IReadOnlyList<ParquetEngine> All { get; } = [];
}

using System.Text;
using Affect.Storage.Parquet.DuckDb;

namespace Affect.Storage.Parquet;

/// <summary>
/// Reads chosen columns of many Parquet files, batch by batch, in the order of the files and of the rows in them. Only the columns asked
/// for are
/// read from the disk. Memory does not grow with the files.
/// </summary>
public static class ParquetQuery
{
    /// <summary>Reads columns. The batch handed out is reused: it is valid until the next one is asked for.</summary>
    /// <param name="paths">Local files of the same columns; none gives no batch.</param>
    /// <param name="columns">Names of the columns, in the order wanted.</param>
    /// <param name="filter">An SQL condition over any of the file's columns (<c>status = 'face' AND frame &lt; 100</c>), or null for every
    /// row.</param>
    /// <param name="cancellationToken">Ends the reading between batches.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or has no such column.</exception>
    public static IEnumerable<ParquetBatch> Read(
        IReadOnlyList<string> paths, IReadOnlyList<string> columns, string? filter, CancellationToken cancellationToken)
    {
        if (paths.Count == 0)
        {
            yield break;
        }

        using var rows = Open(paths, columns, filter);
        var batch = new ParquetBatch(rows);
        while (Next(rows, paths[0]))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return batch;
        }
    }

    /// <summary>The text pairs of a file's footer.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or not a Parquet file.</exception>
    public static IReadOnlyDictionary<string, string> ReadKeyValues(string path)
    {
        using var rows = Run($"SELECT key, value FROM parquet_kv_metadata({DuckDbDatabase.Quote(Literal(path))})", path);
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        while (Next(rows, path))
        {
            var keys = rows.Column(0);
            var values = rows.Column(1);
            for (var i = 0; i < rows.Count; i++)
            {
                pairs[Encoding.UTF8.GetString(keys.Bytes(i))] = Encoding.UTF8.GetString(values.Bytes(i));
            }
        }

        return pairs;
    }

    internal static DuckDbRows Open(IReadOnlyList<string> paths, IEnumerable<string> columns, string? filter)
    {
        var list = string.Join(", ", columns.Select(DuckDbDatabase.Identifier));
        var files = string.Join(", ", paths.Select(p => DuckDbDatabase.Quote(Literal(p))));
        var where = filter is null ? string.Empty : $" WHERE {filter}";
        return Run($"SELECT {list} FROM read_parquet([{files}], hive_partitioning = false){where}", paths[0]);
    }

    /// <summary>The next chunk; a reading error names the file (the first, where there are several).</summary>
    internal static bool Next(DuckDbRows rows, string path)
    {
        try
        {
            return rows.Next();
        }
        catch (DuckDbException e)
        {
            throw new InvalidDataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static DuckDbRows Run(string sql, string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path} is not there.", path);
        }

        try
        {
            return DuckDbRows.Query(DuckDbDatabase.Shared, sql);
        }
        catch (DuckDbException e)
        {
            throw new InvalidDataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    // DuckDB takes *, ? and [ in a path as a pattern; a bracket expression of one character stands for itself.
    private static string Literal(string path) =>
        path.Replace("[", "[[]", StringComparison.Ordinal).Replace("*", "[*]", StringComparison.Ordinal).Replace("?", "[?]", StringComparison.Ordinal);
}

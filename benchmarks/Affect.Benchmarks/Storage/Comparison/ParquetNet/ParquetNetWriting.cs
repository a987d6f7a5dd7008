using System.IO.Compression;
using Affect.Core.Labels;
using Affect.Storage.Parquet;
using Parquet;
using Parquet.Schema;

namespace Affect.Benchmarks.Storage.Comparison;

/// <summary>Label rows written by Parquet.Net with the library's columns, row groups, compression and metadata; a row group is held in memory.</summary>
internal static class ParquetNetWriting
{
    public static async Task<long> WriteAsync(
        IEnumerable<LabelRow> rows, LabelFileMetadata metadata, string path, CompressionLevel level, CancellationToken cancellationToken)
    {
        var columns = metadata.Columns;
        var fields = columns.Select(Field).ToArray();
        await using var file = File.Create(path);
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = level };
        foreach (var column in columns.OfType<TextColumn>())
        {
            options.ColumnEncodingHints[column.Name] = EncodingHint.Dictionary;
        }

        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema([.. fields]), file, options, false, cancellationToken);
        writer.CustomMetadata = metadata.ToPairs().ToDictionary();
        var count = 0L;
        foreach (var group in rows.Chunk(LabelParquet.RowGroupRows))
        {
            using var target = writer.CreateRowGroup();
            for (var i = 0; i < columns.Count; i++)
            {
                await WriteAsync(target, fields[i], columns[i], group, cancellationToken);
            }

            count += group.Length;
        }

        return count;
    }

    // Every column may be null in the file, as DuckDB writes it.
    private static DataField Field(LabelColumn column) => column switch
    {
        FloatColumn => new DataField(column.Name, typeof(float), true),
        DoubleColumn => new DataField(column.Name, typeof(double), true),
        LongColumn => new DataField(column.Name, typeof(long), true),
        IndexColumn => new DataField(column.Name, typeof(int), true),
        TextColumn => new DataField(column.Name, typeof(string), true),
        BytesColumn => new DataField(column.Name, typeof(byte[]), true),
        _ => throw new InvalidOperationException($"{column.Name} is of no known kind."),
    };

    private static Task WriteAsync(ParquetRowGroupWriter target, DataField field, LabelColumn column, LabelRow[] rows, CancellationToken cancellationToken) =>
        column switch
        {
            FloatColumn c => WriteAsync(target, field, rows, c.Get, static v => !float.IsNaN(v), cancellationToken),
            DoubleColumn c => WriteAsync(target, field, rows, c.Get, static _ => true, cancellationToken),
            LongColumn c => WriteAsync(target, field, rows, c.Get, static _ => true, cancellationToken),
            IndexColumn c => WriteAsync(target, field, rows, c.Get, static v => v >= 0, cancellationToken),
            TextColumn c => target.WriteAsync(field, Array.ConvertAll(rows, r => c.Get(r)!)),
            BytesColumn c => target.WriteAsync(field, Array.ConvertAll(rows, r => c.Get(r))),
            _ => throw new InvalidOperationException($"{column.Name} is of no known kind."),
        };

    // The package's cheapest way: the values that are there, and a level of 1 or 0 for each row.
    private static Task WriteAsync<T>(
        ParquetRowGroupWriter target, DataField field, LabelRow[] rows, Func<LabelRow, T> get, Func<T, bool> isThere, CancellationToken cancellationToken)
        where T : struct
    {
        var (values, levels, count) = (new T[rows.Length], new int[rows.Length], 0);
        for (var i = 0; i < rows.Length; i++)
        {
            var value = get(rows[i]);
            if (isThere(value))
            {
                values[count++] = value;
                levels[i] = 1;
            }
        }

        return target.WriteAllPartsAsync<T>(field, values.AsMemory(0, count), levels, null, cancellationToken);
    }
}

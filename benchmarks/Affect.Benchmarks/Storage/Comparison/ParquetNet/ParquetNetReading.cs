using Affect.Core.Labels;
using Affect.Storage.Parquet;
using Parquet;
using Parquet.Schema;

namespace Affect.Benchmarks.Storage.Comparison;

/// <summary>Label rows read by Parquet.Net: a row group's columns at a time, then row by row.</summary>
internal static class ParquetNetReading
{
    public static async Task ReadAsync(string path, Action<LabelRow> take, CancellationToken cancellationToken)
    {
        await using var reader = await ParquetReader.CreateAsync(path, null, cancellationToken);
        var metadata = LabelFileMetadata.FromPairs(reader.CustomMetadata, path);
        var builder = new LabelRowBuilder();
        for (var g = 0; g < reader.RowGroupCount; g++)
        {
            using var source = reader.OpenRowGroupReader(g);
            var set = new Action<LabelRowBuilder, int>[metadata.Columns.Count];
            for (var c = 0; c < set.Length; c++)
            {
                set[c] = await SetterAsync(source, reader.Schema.FindDataField(metadata.Columns[c].Name), metadata.Columns[c], cancellationToken);
            }

            for (var i = 0; i < source.RowCount; i++)
            {
                foreach (var column in set)
                {
                    column(builder, i);
                }

                take(builder.Build());
                builder.Clear();
            }
        }
    }

    private static async Task<Action<LabelRowBuilder, int>> SetterAsync(
        ParquetRowGroupReader source, DataField field, LabelColumn column, CancellationToken cancellationToken)
    {
        switch (column)
        {
            case FloatColumn c:
                var floats = await ValuesAsync<float>(source, field, cancellationToken);
                return (b, i) => c.Set(b, floats[i] ?? float.NaN);
            case DoubleColumn c:
                var doubles = await ValuesAsync<double>(source, field, cancellationToken);
                return (b, i) => c.Set(b, doubles[i]!.Value);
            case LongColumn c:
                var longs = await ValuesAsync<long>(source, field, cancellationToken);
                return (b, i) => c.Set(b, longs[i]!.Value);
            case IndexColumn c:
                var indices = await ValuesAsync<int>(source, field, cancellationToken);
                return (b, i) => c.Set(b, indices[i] ?? -1);
            case TextColumn c:
                var texts = new string?[source.RowCount];
                await source.ReadAsync(field, texts.AsMemory(), null, cancellationToken);
                return (b, i) => c.Set(b, texts[i]);
            case BytesColumn c:
                var bytes = new byte[]?[source.RowCount];
                await source.ReadAsync(field, bytes.AsMemory(), null, cancellationToken);
                return (b, i) => c.Set(b, bytes[i] ?? []);
            default:
                throw new InvalidOperationException($"{column.Name} is of no known kind.");
        }
    }

    private static async Task<T?[]> ValuesAsync<T>(ParquetRowGroupReader source, DataField field, CancellationToken cancellationToken)
        where T : struct
    {
        var values = new T?[source.RowCount];
        await source.ReadAsync<T>(field, values.AsMemory(), null, cancellationToken);
        return values;
    }
}

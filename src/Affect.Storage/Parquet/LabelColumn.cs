using Affect.Core.Labels;
using Affect.Storage.Parquet.DuckDb;

namespace Affect.Storage.Parquet;

/// <summary>One column of the label table: its name and meaning for readers, its values for the writer and the reader here.</summary>
/// <param name="Name">Column name in the file.</param>
/// <param name="TypeName">Storage type by DuckDB's name: VARCHAR, BIGINT, INTEGER, FLOAT, DOUBLE or BLOB.</param>
/// <param name="IsNullable">Whether the column may be null.</param>
/// <param name="Unit">Unit or range; also in the file's metadata.</param>
/// <param name="Description">Meaning, one sentence.</param>
/// <param name="ChunkFilesOnly">The column is in chunk files and not in the final labels.</param>
public abstract record LabelColumn(string Name, string TypeName, bool IsNullable, string Unit, string Description, bool ChunkFilesOnly)
{
    internal abstract DuckDbType DuckDbType { get; }

    /// <summary>Copies the column of rows into a vector.</summary>
    internal abstract void Write(ReadOnlySpan<LabelRow> rows, DuckDbVector vector);

    /// <summary>Copies a vector into the column of rows.</summary>
    internal abstract void Read(DuckDbVector vector, ReadOnlySpan<LabelRowBuilder> rows);
}

/// <summary>Float column; NaN in a row is null in the file.</summary>
internal sealed record FloatColumn(
    string Name, string Unit, string Description, Func<LabelRow, float> Get, Action<LabelRowBuilder, float> Set)
    : LabelColumn(Name, "FLOAT", true, Unit, Description, false)
{
    internal override DuckDbType DuckDbType => DuckDbType.Float;

    internal override void Write(ReadOnlySpan<LabelRow> rows, DuckDbVector vector)
    {
        var values = vector.Values<float>();
        for (var i = 0; i < rows.Length; i++)
        {
            var value = Get(rows[i]);
            if (float.IsNaN(value))
            {
                vector.SetNull(i);
            }
            else
            {
                values[i] = value;
            }
        }
    }

    internal override void Read(DuckDbVector vector, ReadOnlySpan<LabelRowBuilder> rows)
    {
        var values = vector.Values<float>();
        for (var i = 0; i < rows.Length; i++)
        {
            Set(rows[i], vector.IsNull(i) ? float.NaN : values[i]);
        }
    }
}

/// <summary>Time column: a double that is always there.</summary>
internal sealed record DoubleColumn(
    string Name, string Unit, string Description, Func<LabelRow, double> Get, Action<LabelRowBuilder, double> Set)
    : LabelColumn(Name, "DOUBLE", false, Unit, Description, false)
{
    internal override DuckDbType DuckDbType => DuckDbType.Double;

    internal override void Write(ReadOnlySpan<LabelRow> rows, DuckDbVector vector)
    {
        var values = vector.Values<double>();
        for (var i = 0; i < rows.Length; i++)
        {
            values[i] = Get(rows[i]);
        }
    }

    internal override void Read(DuckDbVector vector, ReadOnlySpan<LabelRowBuilder> rows)
    {
        var values = vector.Values<double>();
        for (var i = 0; i < rows.Length; i++)
        {
            Set(rows[i], values[i]);
        }
    }
}

/// <summary>64-bit column that is always there.</summary>
internal sealed record LongColumn(
    string Name, string Unit, string Description, Func<LabelRow, long> Get, Action<LabelRowBuilder, long> Set)
    : LabelColumn(Name, "BIGINT", false, Unit, Description, false)
{
    internal override DuckDbType DuckDbType => DuckDbType.BigInt;

    internal override void Write(ReadOnlySpan<LabelRow> rows, DuckDbVector vector)
    {
        var values = vector.Values<long>();
        for (var i = 0; i < rows.Length; i++)
        {
            values[i] = Get(rows[i]);
        }
    }

    internal override void Read(DuckDbVector vector, ReadOnlySpan<LabelRowBuilder> rows)
    {
        var values = vector.Values<long>();
        for (var i = 0; i < rows.Length; i++)
        {
            Set(rows[i], values[i]);
        }
    }
}

/// <summary>Index column: -1 in a row is null in the file.</summary>
internal sealed record IndexColumn(
    string Name, string Unit, string Description, Func<LabelRow, int> Get, Action<LabelRowBuilder, int> Set)
    : LabelColumn(Name, "INTEGER", true, Unit, Description, false)
{
    internal override DuckDbType DuckDbType => DuckDbType.Integer;

    internal override void Write(ReadOnlySpan<LabelRow> rows, DuckDbVector vector)
    {
        var values = vector.Values<int>();
        for (var i = 0; i < rows.Length; i++)
        {
            var value = Get(rows[i]);
            if (value < 0)
            {
                vector.SetNull(i);
            }
            else
            {
                values[i] = value;
            }
        }
    }

    internal override void Read(DuckDbVector vector, ReadOnlySpan<LabelRowBuilder> rows)
    {
        var values = vector.Values<int>();
        for (var i = 0; i < rows.Length; i++)
        {
            Set(rows[i], vector.IsNull(i) ? -1 : values[i]);
        }
    }
}

using Affect.Storage.Parquet.DuckDb;

namespace Affect.Storage.Parquet;

/// <summary>Up to 2,048 rows of the columns asked of <see cref="ParquetQuery"/>. Values are copied out into arrays that the caller
/// owns.</summary>
public sealed class ParquetBatch
{
    private readonly DuckDbRows _rows;

    internal ParquetBatch(DuckDbRows rows) => _rows = rows;

    /// <summary>Rows in this batch.</summary>
    public int Count => _rows.Count;

    /// <summary>Names of the columns, in the order asked for.</summary>
    public IReadOnlyList<string> Columns => _rows.Names;

    /// <summary>A column of floats; null becomes NaN.</summary>
    public float[] Floats(string column)
    {
        var vector = Column(column, DuckDbType.Float);
        var values = vector.Values<float>().ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            if (vector.IsNull(i))
            {
                values[i] = float.NaN;
            }
        }

        return values;
    }

    /// <summary>A column of doubles; null becomes NaN.</summary>
    public double[] Doubles(string column)
    {
        var vector = Column(column, DuckDbType.Double);
        var values = vector.Values<double>().ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            if (vector.IsNull(i))
            {
                values[i] = double.NaN;
            }
        }

        return values;
    }

    /// <summary>A column of 64-bit or 32-bit integers; null becomes -1, which no column of ours holds.</summary>
    public long[] Integers(string column)
    {
        var index = Index(column);
        var vector = _rows.Column(index);
        var values = new long[Count];
        var wide = _rows.Types[index] == DuckDbType.BigInt;
        if (!wide && _rows.Types[index] != DuckDbType.Integer)
        {
            throw new ArgumentException($"Column {column} holds {_rows.Types[index]}, not integers.", nameof(column));
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = vector.IsNull(i) ? -1 : wide ? vector.Values<long>()[i] : vector.Values<int>()[i];
        }

        return values;
    }

    /// <summary>A column of texts; null stays null. Equal neighbours share one string.</summary>
    public string?[] Texts(string column)
    {
        var vector = Column(column, DuckDbType.Varchar);
        var values = new string?[Count];
        var last = -1;
        for (var i = 0; i < values.Length; i++)
        {
            if (vector.IsNull(i))
            {
                continue;
            }

            values[i] = last >= 0 && vector.Bytes(i).SequenceEqual(vector.Bytes(last)) ? values[last] : vector.Text(i);
            last = i;
        }

        return values;
    }

    private DuckDbVector Column(string column, DuckDbType type)
    {
        var index = Index(column);
        return _rows.Types[index] == type
            ? _rows.Column(index)
            : throw new ArgumentException($"Column {column} holds {_rows.Types[index]}, not {type}.", nameof(column));
    }

    private int Index(string column)
    {
        for (var i = 0; i < _rows.Names.Count; i++)
        {
            if (_rows.Names[i] == column)
            {
                return i;
            }
        }

        throw new ArgumentException($"Column {column} was not asked for.", nameof(column));
    }
}

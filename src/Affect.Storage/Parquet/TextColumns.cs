using System.Text;
using Affect.Core.Labels;
using Affect.Storage.Parquet.DuckDb;

namespace Affect.Storage.Parquet;

/// <summary>
/// Text column. Neighbouring rows mostly repeat the same text, so the last one's bytes (writing) or string (reading) are used again.
/// </summary>
internal sealed record TextColumn(
    string Name, bool IsNullable, string Unit, string Description, Func<LabelRow, string?> Get, Action<LabelRowBuilder, string?> Set)
    : LabelColumn(Name, "VARCHAR", IsNullable, Unit, Description, false)
{
    internal override DuckDbType DuckDbType => DuckDbType.Varchar;

    internal override void Write(ReadOnlySpan<LabelRow> rows, DuckDbVector vector)
    {
        string? last = null;
        byte[] bytes = [];
        for (var i = 0; i < rows.Length; i++)
        {
            var text = Get(rows[i]);
            if (text is null)
            {
                vector.SetNull(i);
                continue;
            }

            if (!ReferenceEquals(text, last))
            {
                bytes = Encoding.UTF8.GetBytes(text);
                last = text;
            }

            vector.SetBytes(i, bytes);
        }
    }

    internal override void Read(DuckDbVector vector, ReadOnlySpan<LabelRowBuilder> rows)
    {
        string? last = null;
        ReadOnlySpan<byte> lastBytes = [];
        for (var i = 0; i < rows.Length; i++)
        {
            if (vector.IsNull(i))
            {
                Set(rows[i], null);
                continue;
            }

            var bytes = vector.Bytes(i);
            if (last is null || !bytes.SequenceEqual(lastBytes))
            {
                last = Encoding.UTF8.GetString(bytes);
                lastBytes = bytes;
            }

            Set(rows[i], last);
        }
    }
}

/// <summary>Blob column of the chunk files; an empty array in a row is null in the file.</summary>
internal sealed record BytesColumn(
    string Name, string Unit, string Description, Func<LabelRow, byte[]> Get, Action<LabelRowBuilder, byte[]> Set)
    : LabelColumn(Name, "BLOB", true, Unit, Description, true)
{
    internal override DuckDbType DuckDbType => DuckDbType.Blob;

    internal override void Write(ReadOnlySpan<LabelRow> rows, DuckDbVector vector)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            var bytes = Get(rows[i]);
            if (bytes.Length == 0)
            {
                vector.SetNull(i);
            }
            else
            {
                vector.SetBytes(i, bytes);
            }
        }
    }

    internal override void Read(DuckDbVector vector, ReadOnlySpan<LabelRowBuilder> rows)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            Set(rows[i], vector.IsNull(i) ? [] : vector.Bytes(i).ToArray());
        }
    }
}

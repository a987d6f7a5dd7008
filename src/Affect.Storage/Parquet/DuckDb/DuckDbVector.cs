using System.Runtime.InteropServices;
using System.Text;

namespace Affect.Storage.Parquet.DuckDb;

/// <summary>
/// One column of one DuckDB data chunk, read and written through its memory: no call a value, but for long texts.
/// Valid only while the chunk lives.
/// </summary>
internal readonly unsafe ref struct DuckDbVector
{
    // duckdb_string_t: uint32 length, then up to 12 bytes of text, or a 4-byte prefix and a pointer.
    private const int StringBytes = 16;
    private const int InlineBytes = 12;

    private readonly nint _vector;
    private readonly byte* _data;
    private readonly ulong* _validity;

    /// <param name="chunk">The data chunk.</param>
    /// <param name="column">Position of the column in the chunk.</param>
    /// <param name="count">Rows that the chunk holds or will hold.</param>
    /// <param name="writing">Whether nulls will be set.</param>
    public DuckDbVector(nint chunk, int column, int count, bool writing)
    {
        _vector = DuckDbNative.ChunkVector(chunk, (ulong)column);
        _data = (byte*)DuckDbNative.VectorData(_vector);
        if (writing)
        {
            DuckDbNative.EnsureValidityWritable(_vector);
        }

        _validity = DuckDbNative.VectorValidity(_vector);
        Count = count;
    }

    public int Count { get; }

    /// <summary>The column's values; those of null rows have no meaning.</summary>
    public Span<T> Values<T>()
        where T : unmanaged => new(_data, Count);

    public bool IsNull(int row) => _validity != null && (_validity[row >> 6] & (1UL << (row & 63))) == 0;

    public void SetNull(int row) => _validity[row >> 6] &= ~(1UL << (row & 63));

    /// <summary>Bytes of a text or blob; valid while the chunk lives.</summary>
    public ReadOnlySpan<byte> Bytes(int row)
    {
        var value = _data + (row * StringBytes);
        var length = *(int*)value;
        return length <= InlineBytes ? new(value + sizeof(int), length) : new(*(byte**)(value + 8), length);
    }

    public string Text(int row) => Encoding.UTF8.GetString(Bytes(row));

    /// <summary>Stores a text (UTF-8) or a blob; DuckDB copies what does not fit into the vector itself.</summary>
    public void SetBytes(int row, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= InlineBytes)
        {
            var value = new Span<byte>(_data + (row * StringBytes), StringBytes);
            value.Clear();
            MemoryMarshal.Write(value, bytes.Length);
            bytes.CopyTo(value[sizeof(int)..]);
            return;
        }

        fixed (byte* text = bytes)
        {
            DuckDbNative.AssignString(_vector, (ulong)row, text, (ulong)bytes.Length);
        }
    }
}

namespace Affect.Storage.Parquet.DuckDb;

/// <summary>
/// The rows of a query, fetched up to 2,048 at a time, so memory does not grow with the result. One thread at a time; disposing ends the
/// query.
/// </summary>
internal sealed class DuckDbRows : IDisposable
{
    private readonly DuckDbConnectionHandle _connection;
    private readonly DuckDbStatementHandle _statement;
    private readonly DuckDbPendingHandle _pending;
    private DuckDbResult _result;
    private DuckDbChunkHandle? _chunk;

    private DuckDbRows(DuckDbConnectionHandle connection, DuckDbStatementHandle statement, DuckDbPendingHandle pending, DuckDbResult result)
    {
        _connection = connection;
        _statement = statement;
        _pending = pending;
        _result = result;
        var count = (int)DuckDbNative.ColumnCount(ref _result);
        var names = new string[count];
        var types = new DuckDbType[count];
        for (var i = 0; i < count; i++)
        {
            names[i] = DuckDbDatabase.Text(DuckDbNative.ColumnName(ref _result, (ulong)i)) ?? string.Empty;
            types[i] = DuckDbNative.ColumnType(ref _result, (ulong)i);
        }

        Names = names;
        Types = types;
    }

    public IReadOnlyList<string> Names { get; }

    public IReadOnlyList<DuckDbType> Types { get; }

    /// <summary>Rows of the current chunk.</summary>
    public int Count { get; private set; }

    public static DuckDbRows Query(DuckDbDatabase database, string sql)
    {
        var connection = database.Connect();
        DuckDbStatementHandle? statement = null;
        DuckDbPendingHandle? pending = null;
        try
        {
            if (DuckDbNative.Prepare(connection, sql, out statement) != 0)
            {
                throw new DuckDbException(DuckDbDatabase.Text(DuckDbNative.PrepareError(statement)) ?? "DuckDB gave no reason.");
            }

            if (DuckDbNative.PendingPreparedStreaming(statement, out pending) != 0)
            {
                throw new DuckDbException(DuckDbDatabase.Text(DuckDbNative.PendingError(pending)) ?? "DuckDB gave no reason.");
            }

            if (DuckDbNative.ExecutePending(pending, out var result) != 0)
            {
                var message = DuckDbDatabase.Text(DuckDbNative.ResultError(ref result)) ?? "DuckDB gave no reason.";
                DuckDbNative.DestroyResult(ref result);
                throw new DuckDbException(message);
            }

            return new DuckDbRows(connection, statement, pending, result);
        }
        catch (DuckDbException)
        {
            pending?.Dispose();
            statement?.Dispose();
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Moves to the next chunk; false at the end.</summary>
    public bool Next()
    {
        _chunk?.Dispose();
        _chunk = DuckDbNative.FetchChunk(_result);
        if (!_chunk.IsInvalid)
        {
            Count = (int)DuckDbNative.ChunkSize(_chunk.DangerousGetHandle());
            return Count > 0;
        }

        Count = 0;
        return DuckDbDatabase.Text(DuckDbNative.ResultError(ref _result)) is { Length: > 0 } error ? throw new DuckDbException(error) : false;
    }

    /// <summary>A column of the current chunk; valid until <see cref="Next"/>.</summary>
    public DuckDbVector Column(int column) => new(_chunk!.DangerousGetHandle(), column, Count, writing: false);

    public void Dispose()
    {
        _chunk?.Dispose();
        DuckDbNative.DestroyResult(ref _result);
        _pending.Dispose();
        _statement.Dispose();
        _connection.Dispose();
    }
}

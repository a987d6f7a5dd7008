using System.Runtime.InteropServices;

namespace Affect.Storage.Parquet.DuckDb;

/// <summary>
/// The process's one in-memory DuckDB, opened at first use: it holds no data, it only runs statements over Parquet files. One, because
/// opening
/// one costs as much as writing a chunk file (see docs/decisions/2026-11-22-parquet.md). Each statement runs on the thread that calls it
/// (<c>threads=1</c>: DuckDB starts none of its own) and on a connection of its own, so statements run side by side. Thread-safe.
/// </summary>
internal sealed class DuckDbDatabase
{
    /// <summary>What DuckDB may hold for all statements together; a writer of 45 columns needs about 20 MB a row group.</summary>
    internal const string MemoryLimit = "512MB";

    private static readonly Lazy<DuckDbDatabase> Instance = new(() => new DuckDbDatabase(), LazyThreadSafetyMode.ExecutionAndPublication);

    private readonly DuckDbDatabaseHandle _database;

    internal DuckDbDatabase()
    {
        using var config = Configure(
            ("threads", "1"),
            ("memory_limit", MemoryLimit),
            // Row order is part of the format.
            ("preserve_insertion_order", "true"),
            // It keeps what it has read of every file, up to the memory limit; here each file is read once.
            ("enable_external_file_cache", "false"),
            // Never spill beside the current folder, never reach for the network.
            ("temp_directory", string.Empty),
            ("autoinstall_known_extensions", "false"),
            ("autoload_known_extensions", "false"));
        if (DuckDbNative.OpenExt(":memory:", out _database, config, out var error) != 0)
        {
            var message = Text(error) ?? "no reason given";
            DuckDbNative.Free(error);
            throw new DuckDbException($"DuckDB could not be opened: {message}");
        }

        using var connection = Connect();
        RowSourceFunction.Register(connection);
    }

    public static DuckDbDatabase Shared
    {
        get
        {
            try
            {
                return Instance.Value;
            }
            catch (DllNotFoundException e)
            {
                throw new DuckDbException("libduckdb.so is not beside the program; eng/setup.sh installs it and the build links it.", e);
            }
        }
    }

    /// <summary>DuckDB's version, as written into the files it makes.</summary>
    public static string Version => Text(DuckDbNative.LibraryVersion()) ?? "unknown";

    public DuckDbConnectionHandle Connect() => DuckDbNative.Connect(_database, out var connection) == 0
        ? connection
        : throw new DuckDbException("DuckDB gave no connection.");

    /// <summary>Runs a statement whose rows are of no interest. Blocks until it is done; cancelling interrupts it.</summary>
    public void Execute(string sql, CancellationToken cancellationToken)
    {
        using var connection = Connect();
        using var interrupt = cancellationToken.Register(static c => DuckDbNative.Interrupt((DuckDbConnectionHandle)c!), connection);
        cancellationToken.ThrowIfCancellationRequested();
        var failed = DuckDbNative.Query(connection, sql, out var result) != 0;
        var message = failed ? Text(DuckDbNative.ResultError(ref result)) : null;
        DuckDbNative.DestroyResult(ref result);
        if (failed)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new DuckDbException(message ?? "DuckDB gave no reason.");
        }
    }

    /// <summary>Closes the instance. Not for the shared one.</summary>
    internal void Close() => _database.Dispose();

    internal static string? Text(nint utf8) => Marshal.PtrToStringUTF8(utf8);

    /// <summary>A text as an SQL literal.</summary>
    internal static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A name as an SQL identifier.</summary>
    internal static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static DuckDbConfigHandle Configure(params ReadOnlySpan<(string Name, string Value)> options)
    {
        if (DuckDbNative.CreateConfig(out var config) != 0)
        {
            throw new DuckDbException("DuckDB gave no configuration.");
        }

        foreach (var (name, value) in options)
        {
            if (DuckDbNative.SetConfig(config, name, value) != 0)
            {
                throw new DuckDbException($"DuckDB does not know the option {name}={value}.");
            }
        }

        return config;
    }
}

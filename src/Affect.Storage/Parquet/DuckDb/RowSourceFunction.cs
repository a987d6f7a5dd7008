using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Affect.Storage.Parquet.DuckDb;

/// <summary>Rows that DuckDB pulls, a chunk at a time, while a statement runs.</summary>
internal interface IRowSource
{
    IReadOnlyList<(string Name, DuckDbType Type)> Columns { get; }

    /// <summary>Fills the chunk with at most <paramref name="capacity"/> rows and says how many; 0 ends the source.</summary>
    int Fill(nint chunk, int capacity);
}

/// <summary>
/// The table function <c>row_source(id)</c>: lets <c>COPY (SELECT * FROM row_source(7)) TO …</c> pull rows out of this process without a
/// table
/// in between, so that writing a file needs the memory of one row group whatever its length.
/// </summary>
internal static unsafe class RowSourceFunction
{
    private const string Name = "row_source";
    private static readonly ConcurrentDictionary<long, Registration> Sources = new();
    private static long _lastId;

    public static void Register(DuckDbConnectionHandle connection)
    {
        var function = DuckDbNative.CreateTableFunction();
        var idType = DuckDbNative.CreateLogicalType(DuckDbType.BigInt);
        DuckDbNative.TableFunctionSetName(function, Name);
        DuckDbNative.TableFunctionAddParameter(function, idType);
        DuckDbNative.TableFunctionSetBind(function, &Bind);
        DuckDbNative.TableFunctionSetInit(function, &Init);
        DuckDbNative.TableFunctionSetFunction(function, &Produce);
        var failed = DuckDbNative.RegisterTableFunction(connection, function) != 0;
        DuckDbNative.DestroyLogicalType(ref idType);
        DuckDbNative.DestroyTableFunction(ref function);
        if (failed)
        {
            throw new DuckDbException($"DuckDB did not take the table function {Name}.");
        }
    }

    /// <summary>Makes a source available to statements until the registration is disposed.</summary>
    public static Registration Add(IRowSource source)
    {
        var registration = new Registration(Interlocked.Increment(ref _lastId), source);
        Sources[registration.Id] = registration;
        return registration;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Bind(nint info)
    {
        var value = DuckDbNative.BindGetParameter(info, 0);
        var id = DuckDbNative.GetInt64(value);
        DuckDbNative.DestroyValue(ref value);
        if (!Sources.TryGetValue(id, out var registration))
        {
            DuckDbNative.BindSetError(info, $"There is no row source {id}.");
            return;
        }

        foreach (var (name, columnType) in registration.Source.Columns)
        {
            var type = DuckDbNative.CreateLogicalType(columnType);
            DuckDbNative.BindAddResultColumn(info, name, type);
            DuckDbNative.DestroyLogicalType(ref type);
        }

        // The id itself is the bind data; there is nothing to free.
        DuckDbNative.BindSetBindData(info, (nint)id, 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Init(nint info)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Produce(nint info, nint chunk)
    {
        if (!Sources.TryGetValue(DuckDbNative.FunctionGetBindData(info), out var registration))
        {
            DuckDbNative.FunctionSetError(info, "The row source has gone.");
            return;
        }

        try
        {
            DuckDbNative.SetChunkSize(chunk, (ulong)registration.Source.Fill(chunk, (int)DuckDbNative.VectorSize()));
        }
#pragma warning disable CA1031 // An exception must not cross native frames: it is kept, and thrown again by whoever ran the statement.
        catch (Exception e)
#pragma warning restore CA1031
        {
            registration.Error = e;
            DuckDbNative.FunctionSetError(info, "The rows could not be produced.");
        }
    }

    internal sealed class Registration(long id, IRowSource source) : IDisposable
    {
        public long Id { get; } = id;

        public IRowSource Source { get; } = source;

        /// <summary>What the source threw, if it did: the real reason behind DuckDB's error.</summary>
        public Exception? Error { get; set; }

        /// <summary>The source as an SQL table expression.</summary>
        public string Sql => $"{Name}({Id})";

        public void Dispose() => Sources.TryRemove(Id, out _);
    }
}

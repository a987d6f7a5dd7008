using System.Runtime.InteropServices;

namespace Affect.Storage.Parquet.DuckDb;

/// <summary>A handle of DuckDB's C API: a pointer that its own function frees and clears.</summary>
internal abstract class DuckDbHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;
}

internal sealed class DuckDbConfigHandle : DuckDbHandle
{
    protected override bool ReleaseHandle()
    {
        DuckDbNative.DestroyConfig(ref handle);
        return true;
    }
}

internal sealed class DuckDbDatabaseHandle : DuckDbHandle
{
    protected override bool ReleaseHandle()
    {
        DuckDbNative.Close(ref handle);
        return true;
    }
}

internal sealed class DuckDbConnectionHandle : DuckDbHandle
{
    protected override bool ReleaseHandle()
    {
        DuckDbNative.Disconnect(ref handle);
        return true;
    }
}

internal sealed class DuckDbStatementHandle : DuckDbHandle
{
    protected override bool ReleaseHandle()
    {
        DuckDbNative.DestroyPrepare(ref handle);
        return true;
    }
}

internal sealed class DuckDbPendingHandle : DuckDbHandle
{
    protected override bool ReleaseHandle()
    {
        DuckDbNative.DestroyPending(ref handle);
        return true;
    }
}

internal sealed class DuckDbChunkHandle : DuckDbHandle
{
    protected override bool ReleaseHandle()
    {
        DuckDbNative.DestroyDataChunk(ref handle);
        return true;
    }
}

namespace Affect.Storage.Parquet.DuckDb;

/// <summary>DuckDB's own words about a statement that failed.</summary>
public sealed class DuckDbException : IOException
{
    public DuckDbException(string message)
        : base(message)
    {
    }

    public DuckDbException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

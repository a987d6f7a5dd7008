namespace Affect.Coordinator.Cli;

/// <summary>How a command prints its result on stdout.</summary>
public enum OutputFormat
{
    /// <summary>A table for people.</summary>
    Table,

    /// <summary>One JSON document for scripts.</summary>
    Json,
}

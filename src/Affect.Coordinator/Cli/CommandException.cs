namespace Affect.Coordinator.Cli;

/// <summary>An error that ends a command with a text for people and a named exit code; never a defect.</summary>
public sealed class CommandException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;
}

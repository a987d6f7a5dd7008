namespace Affect.Coordinator.Cli;

/// <summary>Exit codes of the command line. Scripts rely on them: never renumbered. Must agree with docs/cli.md.</summary>
public static class ExitCodes
{
    /// <summary>All that was asked for is done.</summary>
    public const int Success = 0;

    /// <summary>The run is complete and every frame accounted for, but some videos or frames failed; they are in failures.jsonl.</summary>
    public const int CompletedWithFailures = 3;

    /// <summary>A check found a difference (<c>verify</c>, <c>models check</c>).</summary>
    public const int CheckFailed = 4;

    /// <summary>Wrong usage or configuration: nothing was started.</summary>
    public const int Usage = 64;

    /// <summary>The input (corpus, run, model) does not exist or cannot be read at all.</summary>
    public const int NoInput = 66;

    /// <summary>Something this machine was asked for is not there (GPU, codec, tool).</summary>
    public const int Unavailable = 69;

    /// <summary>A defect in this program.</summary>
    public const int Internal = 70;

    /// <summary>Storage could not be written or read.</summary>
    public const int Storage = 74;

    /// <summary>The server refused the token, or there was none.</summary>
    public const int NotPermitted = 77;

    /// <summary>The job that was watched failed as a whole, or was cancelled.</summary>
    public const int JobFailed = 5;

    /// <summary>Stopped by Ctrl-C or SIGTERM; the same command resumes.</summary>
    public const int Interrupted = 130;
}

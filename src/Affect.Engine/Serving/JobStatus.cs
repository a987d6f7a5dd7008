using Affect.Core.Jobs;
using Affect.Core.Ledger;

namespace Affect.Engine.Serving;

/// <summary>Where a job stands.</summary>
public sealed record JobStatus
{
    public required JobRecord Job { get; init; }

    /// <summary>The ledger's figures, summed over its partitions; null until the run is planned, and of a job that had ended before this server started.</summary>
    public LedgerProgress? Progress { get; init; }

    /// <summary>Who plans or finalises, or null.</summary>
    public string? StageWorker { get; init; }

    /// <summary>Frames a second over the last minutes; 0 where nothing moves.</summary>
    public double FramesPerSecond { get; init; }

    /// <summary>Time left; null while too little is known or nothing moves.</summary>
    public Progress.Eta? Remaining { get; init; }

    /// <summary>Pending chunks, or the planning itself, that no worker alive can do, by what they need: the job waits until such a worker comes.</summary>
    public IReadOnlyList<BlockedChunks> Blocked { get; init; } = [];

    /// <summary>Sentences for people about what keeps the job from going on.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

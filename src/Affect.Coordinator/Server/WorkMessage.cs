using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Runs;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Server;

/// <summary>What a worker tells a server over HTTP about work in hand. Each call uses the fields that it names.</summary>
internal sealed record WorkMessage
{
    public string? Worker { get; init; }

    public ChunkTicket? Chunk { get; init; }

    public StageTicket? Stage { get; init; }

    public FrameCounts? Counts { get; init; }

    public ChunkFailure? Failure { get; init; }

    public RunId? Run { get; init; }

    public JobOutcome? Outcome { get; init; }

    public bool IsFinal { get; init; }
}

/// <summary>What the server made of it.</summary>
/// <param name="Ledger">Of a chunk.</param>
/// <param name="Job">Of a stage.</param>
internal sealed record WorkDone(LedgerResult Ledger = LedgerResult.Unknown, JobResult Job = JobResult.Unknown);

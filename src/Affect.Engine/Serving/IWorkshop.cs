using Affect.Core.Jobs;
using Affect.Core.Runs;
using Affect.Engine.Working;

namespace Affect.Engine.Serving;

/// <summary>What a worker can do with the work it is given: a seam, so that the worker loop and the cluster can be tested without ffmpeg.</summary>
public interface IWorkshop
{
    /// <summary>What labelling chunks of a run takes; kept for the runs used last.</summary>
    /// <exception cref="StageFailureException">The run cannot be worked on here.</exception>
    Task<RunBench> OpenAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>Lists, probes and plans the corpus of a job, and writes the run.</summary>
    /// <exception cref="StageFailureException">It cannot be planned.</exception>
    Task<RunId> PlanAsync(WorkItem item, CancellationToken cancellationToken);

    /// <summary>Makes tracks, final labels and the report of a run whose chunks are all done or given up.</summary>
    /// <exception cref="StageFailureException">It cannot be finalised.</exception>
    Task<JobOutcome> FinaliseAsync(WorkItem item, CancellationToken cancellationToken);
}

/// <summary>A stage (or a run's opening) failed for a reason that people must hear.</summary>
/// <param name="failure">The reason.</param>
/// <param name="isFinal">Another attempt would fail as well.</param>
/// <param name="inner">The cause.</param>
public sealed class StageFailureException(Core.Failures.ChunkFailure failure, bool isFinal, Exception? inner = null) : Exception(failure.Message, inner)
{
    public Core.Failures.ChunkFailure Failure { get; } = failure;

    public bool IsFinal { get; } = isFinal;
}

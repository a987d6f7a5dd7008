using Affect.Core.Jobs;

namespace Affect.Engine.Serving;

/// <summary>What a user can tell a job.</summary>
public enum JobCommand
{
    Unknown = 0,

    /// <summary>Lease nothing new; what is in hand is finished.</summary>
    Pause = 1,

    /// <summary>Go on after a pause or a cancellation.</summary>
    Resume = 2,

    /// <summary>End it; what is done stays.</summary>
    Cancel = 3,
}

/// <summary>
/// The server's engine: jobs, and the workers that do them. Two of them exist, one in this process and one over a cluster of silos; the HTTP API works on
/// either. Thread-safe.
/// </summary>
public interface IJobEngine
{
    /// <summary>The workers' side.</summary>
    IWorkSource Work { get; }

    /// <summary>
    /// Takes a job in. It is stored when this returns. Where a job with the very same request has not ended yet, that one is returned: submitting may be
    /// repeated.
    /// </summary>
    /// <exception cref="ArgumentException">The request is not valid; the message names the field and its range.</exception>
    Task<JobStatus> SubmitAsync(JobRequest request, CancellationToken cancellationToken);

    /// <summary>All jobs, the newest first.</summary>
    Task<IReadOnlyList<JobStatus>> ListAsync(CancellationToken cancellationToken);

    /// <summary>One job, or null.</summary>
    Task<JobStatus?> FindAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>What the job made of the command, or null where there is no such job.</summary>
    Task<JobResult?> ControlAsync(JobId job, JobCommand command, CancellationToken cancellationToken);

    /// <summary>
    /// Leases again what was given up, and takes up a job that had ended. With a reason (<see cref="Core.Failures.FailureReasons"/>) only the chunks that were given up
    /// for it. Null where there is no such job.
    /// </summary>
    Task<RetryStatus?> RetryAsync(JobId job, string? reason, CancellationToken cancellationToken);

    /// <summary>What happened to the job lately, oldest first, from a number on; null where there is no such job.</summary>
    Task<IReadOnlyList<JobEvent>?> EventsAsync(JobId job, long after, CancellationToken cancellationToken);

    /// <summary>Workers heard of lately, by name.</summary>
    Task<IReadOnlyList<WorkerStatus>> WorkersAsync(CancellationToken cancellationToken);
}

/// <summary>What retrying came to.</summary>
/// <param name="Result">Whether the job goes on.</param>
/// <param name="Chunks">Chunks put back.</param>
public sealed record RetryStatus(JobResult Result, int Chunks);

/// <summary>One thing that happened to a job. Events are for people: kept in memory, the last thousand of a job.</summary>
/// <param name="Number">Ascending within the job.</param>
/// <param name="At">When.</param>
/// <param name="Level"><c>info</c> or <c>warning</c>.</param>
/// <param name="Text">One sentence.</param>
public sealed record JobEvent(long Number, DateTimeOffset At, string Level, string Text);

using Affect.Core.Jobs;
using Affect.Core.Ledger;

namespace Affect.Engine.Serving;

/// <summary>A job as the pool sees it: in this process or behind a grain.</summary>
public interface IJobHandle
{
    JobId Id { get; }

    /// <summary>A piece of the job's work for the worker, if it has one.</summary>
    Task<JobLease> LeaseAsync(WorkerProfile worker, int lanes, CancellationToken cancellationToken);

    /// <summary>How the job stands in the sharing; null once it has ended.</summary>
    Task<JobShare?> ShareAsync(CancellationToken cancellationToken);
}

/// <summary>Answer of a job to a request for work.</summary>
/// <param name="Reply">The work.</param>
/// <param name="Share">The job's share after it; null once it has ended.</param>
public sealed record JobLease(WorkReply Reply, JobShare? Share);

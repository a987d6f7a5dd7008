namespace Affect.Core.Jobs;

/// <summary>A job as far as sharing the workers goes.</summary>
/// <param name="Id">The job.</param>
/// <param name="Priority">Higher is served first.</param>
/// <param name="Weight">Share among equals; above 0.</param>
/// <param name="Submitted">Earlier is served first among equals.</param>
/// <param name="Active">Leases alive.</param>
public readonly record struct JobShare(JobId Id, int Priority, double Weight, DateTimeOffset Submitted, int Active);

/// <summary>
/// In which order jobs are offered to a worker that asks: the highest priority first; of these, the one that would be furthest below its share with one
/// lease more, (active + 1) / weight (weighted max-min fairness on leases); then the older one. A worker takes the first that has something for it,
/// so no worker is idle while any job has a chunk it can do.
/// </summary>
public static class FairShare
{
    public static IReadOnlyList<JobId> Order(IEnumerable<JobShare> jobs) =>
    [
        .. jobs
            .OrderByDescending(job => job.Priority)
            .ThenBy(job => (job.Active + 1) / job.Weight)
            .ThenBy(job => job.Submitted)
            .ThenBy(job => job.Id.ToString(), StringComparer.Ordinal)
            .Select(job => job.Id),
    ];
}

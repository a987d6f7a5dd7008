using System.Runtime.CompilerServices;
using Affect.Core.Jobs;
using Affect.Storage.Layout;
using Affect.Storage.Objects;

namespace Affect.Engine.Serving;

/// <summary>The job records of a workspace.</summary>
public static class JobStore
{
    /// <summary>Stores a new job.</summary>
    public static async Task<JobRecord> CreateAsync(IObjectStore objects, JobRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        var record = new JobRecord { Id = JobId.New(), Request = request, Submitted = time.GetUtcNow(), Phase = JobPhase.Planning };
        await objects.PutAsync(RunLayout.Job(record.Id), record.ToJson(), cancellationToken).ConfigureAwait(false);
        return record;
    }

    /// <summary>The job's record, or null where there is none.</summary>
    /// <exception cref="FormatException">It is damaged.</exception>
    public static async Task<JobRecord?> TryReadAsync(IObjectStore objects, JobId job, CancellationToken cancellationToken) =>
        await objects.TryReadAllAsync(RunLayout.Job(job), cancellationToken).ConfigureAwait(false) is { } json ? Parse(RunLayout.Job(job), json) : null;

    /// <summary>All jobs.</summary>
    /// <exception cref="FormatException">A record is damaged; the message names it.</exception>
    public static async IAsyncEnumerable<JobRecord> ReadAllAsync(IObjectStore objects, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var found in objects.ListAsync(RunLayout.JobsPrefix, cancellationToken).ConfigureAwait(false))
        {
            yield return Parse(found.Name, await objects.ReadAllAsync(found.Name, cancellationToken).ConfigureAwait(false));
        }
    }

    private static JobRecord Parse(string name, byte[] json)
    {
        try
        {
            return JobRecord.Parse(json);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{name}: {e.Message}", e);
        }
    }
}

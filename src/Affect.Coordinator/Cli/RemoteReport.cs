using System.Text.Json;
using Affect.Coordinator.Cli.Commands;
using Affect.Coordinator.Remote;
using Affect.Coordinator.Reports;
using Affect.Core.Jobs;

namespace Affect.Coordinator.Cli;

/// <summary>The report of a server's run, as it was written last.</summary>
internal static class RemoteReport
{
    /// <param name="client">The server.</param>
    /// <param name="named">A job's id, a run's id, or the beginning of one.</param>
    /// <param name="save">Where to save the report: as JSON if the name ends so, else as a page; null: nowhere.</param>
    /// <param name="cancellationToken">Ends the fetching.</param>
    /// <exception cref="CommandException">There is no such job, or no report of it yet; the file cannot be written; the server refuses.</exception>
    public static async Task<ReportOutput> FetchAsync(ServerClient client, string named, string? save, CancellationToken cancellationToken)
    {
        var job = await FindAsync(client, named, cancellationToken).ConfigureAwait(false);
        var json = await client.ReportAsync(job, json: true, cancellationToken).ConfigureAwait(false);
        var report = JsonSerializer.Deserialize(json, ReportJsonContext.Default.RunReport)
            ?? throw new CommandException(ExitCodes.Unavailable, $"the server's report of job {job} is empty");
        var progress = (await client.StatusAsync(job, cancellationToken).ConfigureAwait(false)).Progress;
        var saved = save is null ? null : Path.GetFullPath(save);
        if (saved is not null)
        {
            var isJson = saved.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
            var content = isJson ? json : await client.ReportAsync(job, json: false, cancellationToken).ConfigureAwait(false);
            await Guard.RunAsync(async () =>
            {
                await File.WriteAllBytesAsync(saved, content, cancellationToken).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }

        return new ReportOutput(
            report.Run.Id, report.Run.Finished, progress?.Chunks, progress?.Done, progress?.Quarantined, progress?.Chunks - progress?.Done - progress?.Quarantined,
            report.Failures.Count, client.AddressOf($"runs/{job}/report"), client.AddressOf($"runs/{job}/report.json"), client.AddressOf($"runs/{job}/failures"), job, saved);
    }

    private static async Task<string> FindAsync(ServerClient client, string named, CancellationToken cancellationToken)
    {
        if (JobId.TryParse(named, out _))
        {
            return named;
        }

        var jobs = (await client.ListAsync(cancellationToken).ConfigureAwait(false))
            .Where(status => named.Length > 0 && status.Job.Run?.ToString().StartsWith(named, StringComparison.Ordinal) == true).ToList();
        return jobs.Select(status => status.Job.Run).Distinct().Count() switch
        {
            0 => throw new CommandException(ExitCodes.NoInput, $"the server has no job or run {named}; 'affect list' lists those it has"),
            // The newest job of a run comes first; a report belongs to the run.
            1 => jobs[0].Job.Id.ToString(),
            _ => throw new CommandException(ExitCodes.NoInput, $"{named} is the beginning of several runs: {string.Join(", ", jobs.Select(status => status.Job.Run).Distinct().Take(5))}"),
        };
    }
}

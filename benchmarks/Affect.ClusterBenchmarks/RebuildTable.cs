using System.Diagnostics;
using System.Globalization;
using Affect.Engine.Serving;

namespace Affect.ClusterBenchmarks;

/// <summary>A coordinator that starts while a run is all but over: every ledger partition is rebuilt from the plan and the completion markers, by one question for the job's status.</summary>
internal static class RebuildTable
{
    public static async Task RunAsync(IReadOnlyList<int> sizes, TextWriter output)
    {
        await RebuildAsync(20_000, TextWriter.Null);
        output.WriteLine("    chunks  rebuild s  µs/chunk  CPU µs/chunk  markers listed/chunk  load average");
        foreach (var size in sizes)
        {
            await RebuildAsync(size, output);
        }
    }

    private static async Task RebuildAsync(int chunks, TextWriter output)
    {
        using var job = await MadeJob.CreateAsync(chunks);
        var store = new MarkedStore(job.Objects, job.Layout, job.Plan);
        await using var cluster = await OneSilo.StartAsync(store, job.Folder);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var status = await StatusAsync(cluster.Engine, job);
        watch.Stop();
        var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        if (status.Progress?.Done != chunks)
        {
            throw new InvalidOperationException($"Of {chunks} markers the ledgers know {status.Progress?.Done}.");
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{chunks,10} {watch.Elapsed.TotalSeconds,10:F1} {watch.Elapsed.TotalMicroseconds / chunks,9:F0} {used.TotalMicroseconds / chunks,13:F0} {store.Listed / (double)chunks,21:F1}  {MachineLine.Load()}"));
    }

    /// <summary>As every client does: a question that took too long is asked again, and finds the rebuilding further on.</summary>
    private static async Task<JobStatus> StatusAsync(IJobEngine engine, MadeJob job)
    {
        while (true)
        {
            try
            {
                return await engine.FindAsync(job.Id, default) ?? throw new InvalidOperationException("The job is not there.");
            }
            catch (WorkSourceException e) when (e.IsTransient)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Affect.Core.Runs;
using Affect.Engine.Serving;

namespace Affect.ClusterBenchmarks;

/// <summary>
/// Workers that wait two seconds a chunk, in real time: 100 chunks a second. How much of their time they have a chunk in hand, and what handing them out costs the silo and the
/// client together. The ledgers are open when it begins.
/// </summary>
internal static class BusyTable
{
    private const int Chunks = 100_000;

    private static readonly TimeSpan ChunkTime = TimeSpan.FromSeconds(2);

    private static readonly FrameCounts Counts = new(MadeJob.FramesPerChunk, MadeJob.FramesPerChunk, 0, 0, 0, MadeJob.FramesPerChunk);

    public static async Task RunAsync(int seconds, TextWriter output)
    {
        using var job = await MadeJob.CreateAsync(Chunks);
        await using var cluster = await OneSilo.StartAsync(job.Objects, job.Folder);
        IWorkSource source = cluster.Engine;
        using var over = new CancellationTokenSource();
        var announcing = Announcements.RunAsync(source, ScaleTable.Workers, over.Token);
        await cluster.Engine.FindAsync(job.Id, default);
        var latencies = new Latencies();
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var workers = await Task.WhenAll(Enumerable.Range(0, ScaleTable.Workers).Select(i => Task.Run(() => WorkAsync(source, i, seconds, latencies))));
        process.Refresh();
        var share = (process.TotalProcessorTime - cpu).TotalSeconds / seconds;
        await over.CancelAsync();
        await announcing;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{ScaleTable.Workers} workers of {ChunkTime.TotalSeconds} s chunks for {seconds} s: {workers.Sum(w => w.Chunks) / (double)seconds:F0} chunks/s, busy {workers.Average(w => w.Busy):P2} (least {workers.Min(w => w.Busy):P2}), lease p50 {latencies.Percentile(0.5):F1} ms, p99 {latencies.Percentile(0.99):F1} ms; silo and client used {share:P1} of a core; load average {MachineLine.Load()}"));
    }

    private static async Task<(double Busy, int Chunks)> WorkAsync(IWorkSource source, int number, int seconds, Latencies latencies)
    {
        var worker = MadeJob.Worker($"worker-{number}");
        // Workers of a cluster do not all begin in the same moment.
        await Task.Delay(ChunkTime * number / ScaleTable.Workers);
        var (watch, busy, chunks) = (Stopwatch.StartNew(), TimeSpan.Zero, 0);
        while (watch.Elapsed.TotalSeconds < seconds)
        {
            var asked = watch.Elapsed;
            var item = (await source.LeaseAsync(worker, TimeSpan.Zero, default)).Item!;
            var started = watch.Elapsed;
            latencies.Add(started - asked);
            await Task.Delay(ChunkTime);
            busy += ChunkTime;
            await source.CompleteAsync(new ChunkTicket(item.Job, item.Partition, item.Chunk!.Token), Counts, default);
            chunks++;
        }

        return (busy / watch.Elapsed, chunks);
    }
}

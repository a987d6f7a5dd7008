using System.Diagnostics;
using System.Globalization;
using Affect.Core.Ledger;
using Affect.Core.Runs;
using Affect.Engine.Serving;

namespace Affect.ClusterBenchmarks;

/// <summary>
/// The ledger grains under the load of a large cluster: one silo and one client in this process, over real sockets, with workers that lease and complete and do no work in
/// between. One line a size: what a chunk costs must not grow with their number. Then how busy 200 workers of 2-second chunks are kept, with heads and tails of nothing left out.
/// </summary>
internal static class ScaleTable
{
    public const int Workers = 200;

    private static readonly FrameCounts Counts = new(MadeJob.FramesPerChunk, MadeJob.FramesPerChunk, 0, 0, 0, MadeJob.FramesPerChunk);

    public static async Task RunAsync(IReadOnlyList<int> sizes, int busySeconds, TextWriter output)
    {
        await DrainAsync(20_000, TextWriter.Null);
        output.WriteLine($"{Workers} workers that do no work, each with {MadeJob.Offers.Count} offers, announced every {WorkerRegistry.AnnouncePeriod.TotalSeconds} s; one silo, ledgers rebuilt from storage within the time");
        output.WriteLine("    chunks   seconds  chunks/s  µs/chunk  CPU µs/chunk  lease p50 ms  lease p99 ms  heap B/chunk  wire B/chunk  first lease s  load average");
        foreach (var size in sizes)
        {
            await DrainAsync(size, output);
        }

        if (busySeconds > 0)
        {
            await BusyTable.RunAsync(busySeconds, output);
        }
    }

    private static async Task DrainAsync(int chunks, TextWriter output)
    {
        using var made = await MadeJob.CreateAsync(chunks);
        var job = made with { Plan = [] };
        await using var cluster = await OneSilo.StartAsync(job.Objects, job.Folder);
        IWorkSource source = cluster.Engine;
        using var over = new CancellationTokenSource();
        var announcing = Announcements.RunAsync(source, Workers, over.Token);
        var latencies = new Latencies();
        using var wire = new WireMeter();
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var first = await source.LeaseAsync(MadeJob.Worker("worker-0"), TimeSpan.Zero, default);
        var opened = watch.Elapsed;
        await source.CompleteAsync(new ChunkTicket(job.Id, first.Item!.Partition, first.Item.Chunk!.Token), Counts, default);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(i => Task.Run(() => DrainAsync(source, MadeJob.Worker($"worker-{i}"), latencies))));
        watch.Stop();
        var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        var sent = wire.Bytes;
        await over.CancelAsync();
        await announcing;
        var status = await cluster.Engine.FindAsync(job.Id, default);
        if (status?.Progress is not { IsFinished: true, Quarantined: 0, FailedAttempts: 0 } progress || progress.Done != chunks)
        {
            throw new InvalidOperationException($"Not every chunk was completed once: {status?.Progress}.");
        }

        var kept = GC.GetTotalMemory(forceFullCollection: true) - memory;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{chunks,10} {watch.Elapsed.TotalSeconds,9:F1} {chunks / watch.Elapsed.TotalSeconds,9:F0} {watch.Elapsed.TotalMicroseconds / chunks,9:F0} {used.TotalMicroseconds / chunks,13:F0} {latencies.Percentile(0.5),13:F1} {latencies.Percentile(0.99),13:F1} {kept / (double)chunks,13:F0} {sent / (double)chunks,13:F0} {opened.TotalSeconds,14:F2}  {MachineLine.Load()}"));
    }

    private static async Task DrainAsync(IWorkSource source, WorkerProfile worker, Latencies latencies)
    {
        while (true)
        {
            var asked = Stopwatch.GetTimestamp();
            var reply = await source.LeaseAsync(worker, TimeSpan.Zero, default);
            latencies.Add(Stopwatch.GetElapsedTime(asked));
            if (reply.Item is not { Chunk: { } chunk } item)
            {
                // Nothing is left but what others complete in a moment.
                return;
            }

            await source.CompleteAsync(new ChunkTicket(item.Job, item.Partition, chunk.Token), Counts, default);
        }
    }
}

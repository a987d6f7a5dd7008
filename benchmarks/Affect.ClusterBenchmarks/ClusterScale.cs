using System.Diagnostics;
using System.Globalization;
using Affect.Core.Ledger;
using Affect.Core.Runs;
using Affect.Engine.Serving;
using Affect.Silo;
using Microsoft.Extensions.Logging;

namespace Affect.ClusterBenchmarks;

/// <summary>
/// The ledger grains under the load of a large cluster: one silo and one client in this process, over real sockets, with workers that lease and complete and do no
/// work. Prints chunks a second, the latency of a lease, memory and bytes on the wire a chunk; then how busy 200 workers of 2-second chunks are kept.
/// </summary>
internal static class ClusterScale
{
    private const int Workers = 200;

    private static readonly TimeSpan ChunkTime = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(IReadOnlyList<int> sizes, int busySeconds, TextWriter output)
    {
        output.WriteLine($"{Environment.ProcessorCount} cores, {Workers} workers as one client, 1 silo, sockets on loopback, {Environment.OSVersion}");
        output.WriteLine("    chunks   seconds  chunks/s  lease p50 ms  lease p99 ms  bytes/chunk kept  bytes/chunk sent  first lease s");
        foreach (var size in sizes)
        {
            await DrainAsync(size, output);
        }

        if (busySeconds > 0)
        {
            await KeepBusyAsync(busySeconds, output);
        }
    }

    private static async Task DrainAsync(int chunks, TextWriter output)
    {
        var job = await MadeJob.CreateAsync(chunks);
        await using var cluster = await OneSilo.StartAsync(job);
        IWorkSource source = cluster.Engine;
        var memory = Settled();
        var wire = LoopbackBytes();
        var watch = Stopwatch.StartNew();
        var first = await source.LeaseAsync(job.Offering with { Name = "first" }, default);
        var opened = watch.Elapsed;
        await source.CompleteAsync(new ChunkTicket(job.Id, first.Item!.Partition, first.Item.Chunk!.Token), Counts, default);
        var latencies = await Task.WhenAll(Enumerable.Range(0, Workers).Select(i => Task.Run(() => DrainAsync(source, job, $"worker-{i}"))));
        watch.Stop();
        var status = await cluster.Engine.FindAsync(job.Id, default);
        if (status?.Progress is not { IsFinished: true, Quarantined: 0, FailedAttempts: 0 } progress || progress.Done != chunks)
        {
            throw new InvalidOperationException($"Not every chunk was completed once: {status?.Progress}.");
        }

        var sorted = latencies.SelectMany(l => l).Order().ToArray();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{chunks,10} {watch.Elapsed.TotalSeconds,9:F1} {chunks / watch.Elapsed.TotalSeconds,9:F0} {Percentile(sorted, 0.5),13:F1} {Percentile(sorted, 0.99),13:F1} {(Settled() - memory) / (double)chunks,17:F0} {(LoopbackBytes() - wire) / (double)chunks,17:F0} {opened.TotalSeconds,14:F2}"));
        Directory.Delete(job.Folder, recursive: true);
    }

    private static FrameCounts Counts => new(MadeJob.FramesPerChunk, MadeJob.FramesPerChunk, 0, 0, 0, MadeJob.FramesPerChunk);

    private static async Task<List<double>> DrainAsync(IWorkSource source, MadeJob job, string name)
    {
        var worker = new WorkerProfile(name, job.Offering.Offers);
        var latencies = new List<double>();
        while (true)
        {
            var asked = Stopwatch.GetTimestamp();
            var reply = await source.LeaseAsync(worker, default);
            latencies.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            if (reply.Item is not { } item)
            {
                if (reply.RetryAfter > TimeSpan.Zero && await IsOverAsync(source, job))
                {
                    return latencies;
                }

                await Task.Delay(50);
                continue;
            }

            if (item.Chunk is not { } chunk)
            {
                return latencies;
            }

            await source.CompleteAsync(new ChunkTicket(item.Job, item.Partition, chunk.Token), Counts, default);
        }
    }

    private static async Task<bool> IsOverAsync(IWorkSource source, MadeJob job) =>
        await ((IJobEngine)source).FindAsync(job.Id, default) is { Job.Phase: not Core.Jobs.JobPhase.Running };

    private static async Task KeepBusyAsync(int seconds, TextWriter output)
    {
        var job = await MadeJob.CreateAsync(100_000);
        await using var cluster = await OneSilo.StartAsync(job);
        IWorkSource source = cluster.Engine;
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var shares = await Task.WhenAll(Enumerable.Range(0, Workers).Select(i => Task.Run(async () =>
        {
            var worker = new WorkerProfile($"worker-{i}", job.Offering.Offers);
            var busy = TimeSpan.Zero;
            var watch = Stopwatch.StartNew();
            while (!end.IsCancellationRequested)
            {
                var item = (await source.LeaseAsync(worker, default)).Item!;
                var started = watch.Elapsed;
                await Task.Delay(ChunkTime);
                busy += watch.Elapsed - started;
                await source.CompleteAsync(new ChunkTicket(item.Job, item.Partition, item.Chunk!.Token), Counts, default);
            }

            return busy / watch.Elapsed;
        })));
        process.Refresh();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Workers} workers of {ChunkTime.TotalSeconds} s chunks for {seconds} s: busy {shares.Average():P2} (least {shares.Min():P2}); silo and client used {(process.TotalProcessorTime - cpu).TotalSeconds / seconds:P1} of a core"));
        Directory.Delete(job.Folder, recursive: true);
    }

    private static double Percentile(double[] sorted, double p) => sorted[(int)Math.Min(sorted.Length - 1, p * sorted.Length)];

    private static long Settled() => GC.GetTotalMemory(forceFullCollection: true);

    /// <summary>Bytes that went over loopback, TCP headers included; nothing else should use it meanwhile.</summary>
    private static long LoopbackBytes() => long.Parse(
        File.ReadLines("/proc/net/dev").Single(line => line.TrimStart().StartsWith("lo:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>A silo and a client of it.</summary>
    private sealed class OneSilo(Microsoft.AspNetCore.Builder.WebApplication silo, ClusterConnection client) : IAsyncDisposable
    {
        public Grains.ClusterJobEngine Engine => client.Engine;

        public static async Task<OneSilo> StartAsync(MadeJob job)
        {
            var options = new SiloOptions
            {
                Cluster = new ClusterOptions { Membership = ClusterOptions.Localhost }, Workplace = new Workplace(job.Folder, []), HealthPort = 0,
            };
            var silo = SiloHost.Build(options, job.Objects, Quiet);
            await silo.StartAsync();
            return new OneSilo(silo, await ClusterConnection.OpenAsync(options.Cluster, Quiet, default));
        }

        public async ValueTask DisposeAsync()
        {
            await client.DisposeAsync();
            await silo.StopAsync();
            await silo.DisposeAsync();
        }

        private static void Quiet(ILoggingBuilder logging) => logging.SetMinimumLevel(LogLevel.Error);
    }
}

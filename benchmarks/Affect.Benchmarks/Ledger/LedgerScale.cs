using System.Diagnostics;
using System.Globalization;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;

namespace Affect.Benchmarks.Ledger;

/// <summary>
/// A run of 10^4 to 10^6 chunks through one ledger with 200 workers: leases, heartbeats and completions a second, and the memory that plan and ledger hold a
/// chunk. Asked for: at least 20,000 leases + completions a second and less than 1 KB a chunk at a million chunks, and a cost that grows linearly.
/// </summary>
internal static class LedgerScale
{
    private const int Workers = 200;
    private const int ChunksPerVideo = 1000;
    private const int LeasesPerRequest = 2;

    public static int Run(TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} processors, {Workers} workers, one thread, {LeasesPerRequest} leases a request, one heartbeat a lease, 1 % failures"));
        output.WriteLine("   chunks  order          rebuild s  lease+complete/s  p50 µs  p99 µs  ledger B/chunk  with plan B/chunk");
        var isFastEnough = true;
        Measure(TextWriter.Null, 10_000, LeaseOrder.Plan);
        foreach (var chunks in new[] { 10_000, 100_000, 1_000_000 })
        {
            isFastEnough &= Measure(output, chunks, LeaseOrder.Plan);
        }

        isFastEnough &= Measure(output, 1_000_000, LeaseOrder.VideoAffinity);
        return isFastEnough ? 0 : 1;
    }

    private static bool Measure(TextWriter output, int chunks, LeaseOrder order)
    {
        var empty = Heap();
        var plan = Plan(chunks);
        var withPlan = Heap();
        var options = new LedgerOptions { Order = order, RetryDelay = TimeSpan.Zero, MaxAttempts = 10 };
        var watch = Stopwatch.StartNew();
        var ledger = new ChunkLedger(plan, options, TimeProvider.System, AttemptId.NewEpoch(), [], []);
        var rebuildSeconds = watch.Elapsed.TotalSeconds;

        var workers = Enumerable.Range(0, Workers).Select(i => new WorkerProfile($"worker-{i}")).ToArray();
        var latencies = new List<double>(chunks);
        var held = new Queue<(string Worker, LeaseToken Token)>();
        var operations = 0L;
        var counts = new FrameCounts(10, 10, 0, 0, 0, 10);
        watch.Restart();
        for (var request = 0; !ledger.Progress.IsFinished; request++)
        {
            var worker = workers[request % Workers];
            var start = Stopwatch.GetTimestamp();
            var reply = ledger.Lease(worker, LeasesPerRequest);
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            foreach (var lease in reply.Leases)
            {
                held.Enqueue((worker.Name, lease.Token));
                operations++;
            }

            // Each worker holds its leases while all others ask.
            while (held.Count > (reply.Status == LeaseStatus.Granted ? Workers * LeasesPerRequest : 0))
            {
                var (name, token) = held.Dequeue();
                ledger.Heartbeat(name, token);
                if (token.Attempt.Number == 1 && token.Chunk.Chunk % 100 == 7)
                {
                    ledger.Fail(name, token, new Core.Failures.ChunkFailure(Core.Failures.FailureKind.Decode, "test"));
                }
                else
                {
                    ledger.Complete(token, counts);
                }

                operations++;
            }
        }

        var perSecond = operations / watch.Elapsed.TotalSeconds;
        latencies.Sort();
        ledger.TakeNewFailures();
        var p50 = latencies[latencies.Count / 2];
        var p99 = latencies[latencies.Count * 99 / 100];
        latencies = null;
        var full = Heap();
        var ledgerBytes = (full - withPlan) / (double)chunks;
        var allBytes = (full - empty) / (double)chunks;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{chunks,9}  {order,-13}  {rebuildSeconds,9:0.000}  {perSecond,16:0}  {p50,6:0.0}  {p99,6:0.0}  {ledgerBytes,14:0}  {allBytes,17:0}"));
        GC.KeepAlive(plan);
        GC.KeepAlive(ledger);
        return perSecond >= 20_000 && allBytes < 1024 && ledger.Progress.Done == chunks;
    }

    private static ChunkSpec[] Plan(int chunks) =>
        [.. Enumerable.Range(0, chunks).Select(i =>
        {
            var (video, chunk) = Math.DivRem(i, ChunksPerVideo);
            return new ChunkSpec(new ChunkId(video, chunk), "video", 10L * chunk, 10, 10L * chunk, chunk + 1 < ChunksPerVideo ? 10L * (chunk + 1) : long.MaxValue);
        })];

    private static long Heap() => GC.GetTotalMemory(forceFullCollection: true);
}

using Affect.Engine.Serving;

namespace Affect.ClusterBenchmarks;

/// <summary>What workers tell of themselves while they work: part of the load of a large cluster.</summary>
internal static class Announcements
{
    public static async Task RunAsync(IWorkSource source, int workers, CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, workers).Select(i => source.AnnounceAsync(Of(i), default)));
        await Task.WhenAll(Enumerable.Range(0, workers).Select(async i =>
        {
            // Spread over the period, as workers that started at different times are.
            await Task.Delay(WorkerRegistry.AnnouncePeriod * i / workers, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (!cancellationToken.IsCancellationRequested)
            {
                await source.AnnounceAsync(Of(i), default);
                await Task.Delay(WorkerRegistry.AnnouncePeriod, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }));
    }

    private static WorkerAnnouncement Of(int worker) => new()
    {
        Name = $"worker-{worker}", Host = $"host-{worker}", Version = "1.0.0", Device = "cpu", Decoder = "cpu", Offers = [.. MadeJob.Offers],
        Lanes = [new LaneState("7q2k9m0x4c1d", "v000012-c00003", "recordings/2026/session-000012.mp4", 700, MadeJob.FramesPerChunk)],
    };
}

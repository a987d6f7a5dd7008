using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Serving;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Engine.Tests.Serving;

/// <summary>A run's ledger in parts, each rebuilt from the plan, <c>done/</c> and <c>failed/</c>.</summary>
public sealed class PartitionTests
{
    private const int Chunks = PlanParts.ChunksPerPart + 700;

    [Fact]
    public async Task Parts_HoldEveryChunkOnce_InPlanOrder()
    {
        using var job = await PlannedJob.CreateAsync((2 * PlanParts.ChunksPerPart) + 3);
        var parts = await PlanParts.ScanAsync(job.Store, default);
        Assert.Equal([PlanParts.ChunksPerPart, PlanParts.ChunksPerPart, 3], parts.Select(part => part.Chunks));
        var read = new List<ChunkSpec>();
        foreach (var part in parts)
        {
            read.AddRange(await PlanParts.ReadAsync(job.Store, part, default));
        }

        Assert.Equal(job.Plan, read);
    }

    [Fact]
    public async Task Job_OfTwoParts_GivesEachChunkOnce_AndIsFinishedWhenBothAre()
    {
        using var job = await PlannedJob.CreateAsync(Chunks);
        var engine = await job.OpenAsync(TimeProvider.System, new ServingOptions { Ledger = ServingOptions.Default.Ledger with { SpeculateAfterMeans = null } });
        IWorkSource work = engine;
        var seen = new HashSet<ChunkId>();
        var partitions = new HashSet<int>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            while ((await work.LeaseAsync(PlannedJob.Worker($"w{i}"), TimeSpan.Zero, default)).Item is { Chunk: { } chunk } item)
            {
                lock (seen)
                {
                    Assert.True(seen.Add(chunk.Chunk.Id), $"{chunk.Chunk.Id} was given twice");
                    partitions.Add(item.Partition);
                }

                Assert.Equal(LedgerResult.Accepted, await work.CompleteAsync(job.Ticket(item), PlannedJob.Counts, default));
            }
        }));
        Assert.Equal((Chunks, 2), (seen.Count, partitions.Count));
        var status = (await engine.FindAsync(job.Id, default))!;
        Assert.Equal((JobPhase.Finalising, Chunks * PlannedJob.FramesPerChunk), (status.Job.Phase, status.Progress!.Value.Counts.Frames));
    }

    [Fact]
    public async Task SlowChunk_OfADrainedPart_WaitsUntilTheOtherPartsAreDrainedToo()
    {
        using var job = await PlannedJob.CreateAsync(PlanParts.ChunksPerPart + 2);
        var time = new ManualTime();
        IWorkSource work = await job.OpenAsync(time);
        var (quick, slow) = (PlannedJob.Worker("quick"), PlannedJob.Worker("slow"));
        var held = (await work.LeaseAsync(slow, TimeSpan.Zero, default)).Item!;
        var leases = new List<Lease>();
        for (var i = 0; i < PlanParts.ChunksPerPart + 2; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            var item = (await work.LeaseAsync(quick, TimeSpan.Zero, default)).Item!;
            leases.Add(item.Chunk!);
            await work.CompleteAsync(job.Ticket(item), PlannedJob.Counts, default);
        }

        Assert.Equal(held.Chunk!.Chunk.Id, Assert.Single(leases, lease => lease.IsSpeculative).Chunk.Id);
        Assert.True(leases[^1].IsSpeculative);
    }

    [Fact]
    public async Task Slice_IsRebuilt_FromMarkersAndFailures()
    {
        using var run = await StoredRun.CreateAsync([new("a.mp4", 230, StoredRun.SomeFace), new("b.mp4", 410, StoredRun.SomeFace)]);
        await run.LabelAsync(9);
        var (twice, thrice) = (run.Run.Plan[20].Id, run.Run.Plan[21].Id);
        foreach (var (chunk, failures) in (IEnumerable<(ChunkId, int)>)[(twice, 2), (thrice, 3)])
        {
            for (var attempt = 1; attempt <= failures; attempt++)
            {
                var token = new LeaseToken(chunk, new AttemptId(attempt, AttemptId.NewEpoch()));
                await run.Store.WriteFailureAsync(new FailedAttempt(token, "w", new ChunkFailure(FailureKind.Decode, "broken"), DateTimeOffset.UnixEpoch), "b.mp4", default);
            }
        }

        var part = Assert.Single(await PlanParts.ScanAsync(run.Store, default));
        var slice = await LedgerSlice.OpenAsync(run.Store, part, "", LedgerOptions.Default, TimeProvider.System, default);
        var progress = (await slice.StatusAsync([], default)).Progress;
        Assert.Equal((run.Run.Plan.Count, 9, 1, 5), (progress.Chunks, progress.Done, progress.Quarantined, progress.FailedAttempts));
        Assert.Equal(9 * StoredRun.ChunkFrames, progress.Counts.Frames);

        var given = new List<Lease>();
        while ((await slice.LeaseAsync(new WorkerProfile("w"), default)).Reply is { Status: LeaseStatus.Granted } reply)
        {
            given.Add(reply.Leases[0]);
        }

        // Only what is missing; what failed before last, under a number of its own.
        Assert.Equal(run.Run.Plan.Skip(9).Select(c => c.Id).Where(id => id != twice && id != thrice).Append(twice), given.Select(lease => lease.Chunk.Id));
        Assert.Equal(3, given[^1].Attempt.Number);
        Assert.Equal(1, await slice.RequeueAsync("decode", default));
        var again = await LedgerSlice.OpenAsync(run.Store, part, "", LedgerOptions.Default, TimeProvider.System, default);
        Assert.Equal(0, (await again.StatusAsync([], default)).Progress.Quarantined);
    }
}

using Affect.Core.Ledger;
using Affect.Engine.Serving;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Engine.Tests.Serving;

/// <summary>Chunks go where they can be decoded, and nowhere else.</summary>
public sealed class RoutingTests
{
    private static readonly string[] Codecs = ["h264", "av1", "h264", "hevc"];

    [Fact]
    public async Task Chunk_IsLeasedOnlyWhereItCanBeDecoded_AndWhatNobodyCanIsSaidAtOnce()
    {
        using var job = await PlannedJob.CreateAsync(Codecs.Length, i => WorkerOffers.Codec(Codecs[i]));
        var engine = await job.OpenAsync(TimeProvider.System);
        IWorkSource work = engine;
        var gpu = PlannedJob.Worker("gpu", "h264", "hevc");
        await work.AnnounceAsync(PlannedJob.Announcement(gpu), default);

        // Before anything was leased.
        var status = (await engine.FindAsync(job.Id, default))!;
        var blocked = Assert.Single(status.Blocked);
        Assert.Equal(1, blocked.PendingChunks);
        Assert.Contains("codec:av1", blocked.Requires, StringComparison.Ordinal);
        Assert.Contains("1 chunks need codec:av1", Assert.Single(status.Notes), StringComparison.Ordinal);

        for (var i = 0; i < 3; i++)
        {
            var item = (await work.LeaseAsync(gpu, TimeSpan.Zero, default)).Item!;
            Assert.NotEqual("codec:av1", job.Plan.Single(c => c.Id == item.Chunk!.Chunk.Id).Requires);
            Assert.Equal(LedgerResult.Accepted, await work.CompleteAsync(job.Ticket(item), PlannedJob.Counts, default));
        }

        Assert.Null((await work.LeaseAsync(gpu, TimeSpan.Zero, default)).Item);
        var cpu = PlannedJob.Worker("cpu", "h264", "hevc", "av1");
        await work.AnnounceAsync(PlannedJob.Announcement(cpu), default);
        Assert.Empty((await engine.FindAsync(job.Id, default))!.Blocked);
        var last = (await work.LeaseAsync(cpu, TimeSpan.Zero, default)).Item!;
        Assert.Equal("codec:av1", job.Plan.Single(c => c.Id == last.Chunk!.Chunk.Id).Requires);
    }

    [Fact]
    public async Task Labels_ThatNobodyCanFinish_AreSaid()
    {
        using var job = await PlannedJob.CreateAsync(1);
        var engine = await job.OpenAsync(TimeProvider.System);
        var needy = await engine.SubmitAsync(new Core.Jobs.JobRequest { Corpus = "/made", Requires = "device:cuda" }, default);
        IWorkSource work = engine;
        var cuda = new WorkerProfile("cuda", new HashSet<string>([.. PlannedJob.Worker("").Offers, "device:cuda"], StringComparer.Ordinal));
        var run = (await engine.FindAsync(job.Id, default))!.Job.Run!.Value;
        await engine.ControlAsync(job.Id, JobCommand.Cancel, default);
        var planning = (await work.LeaseAsync(cuda, TimeSpan.Zero, default)).Item!;
        await work.PlannedAsync(new StageTicket(needy.Job.Id, planning.Stage!.Token), run, default);
        var chunk = (await work.LeaseAsync(cuda, TimeSpan.Zero, default)).Item!;
        await work.CompleteAsync(new ChunkTicket(needy.Job.Id, chunk.Partition, chunk.Chunk!.Token), PlannedJob.Counts, default);
        // The only worker with a GPU is gone; another one asks.
        await work.AnnounceAsync(PlannedJob.Announcement(PlannedJob.Worker("cpu")), default);
        Assert.Null((await work.LeaseAsync(PlannedJob.Worker("cpu"), TimeSpan.Zero, default)).Item);
        Assert.Equal(["the labels cannot be finished: that needs device:cuda; no worker offers it"], (await engine.FindAsync(needy.Job.Id, default))!.Notes);
        Assert.Equal(Core.Jobs.JobPhase.Finalising, (await work.LeaseAsync(cuda, TimeSpan.Zero, default)).Item!.Stage!.Token.Stage);
    }
}

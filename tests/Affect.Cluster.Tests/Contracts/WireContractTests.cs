using System.Text;
using System.Text.Json;
using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Core.Tracking;
using Affect.Engine.Progress;
using Affect.Engine.Serving;
using Affect.Grains;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Affect.Cluster.Tests.Contracts;

/// <summary>
/// What travels between silos, servers and workers of two versions during a rolling update. A change that fails here breaks such an update: add fields, and leave those
/// there are.
/// </summary>
public sealed class WireContractTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 24, 5, 0, 0, TimeSpan.Zero);

    private static readonly AttemptId Attempt = new(2, "7q2k9m0x4c1d");

    private static readonly LeaseToken Token = new(new ChunkId(12, 3), Attempt);

    private static readonly JobId Job = JobId.Parse("7q2k9m0x4c1d");

    private static readonly RunId Run = RunId.TryParse("4s0c8m1kd2z9h7aw", out var run) ? run : throw new InvalidOperationException("Not a run id.");

    private static readonly JobRequest Request = new()
    {
        Corpus = "/data/a", Name = "A", Models = ["m"], Detector = "d", Sampling = new Sampling(1, 5, 1, 9), Smoothing = new SmoothingOptions(0.5), ChunkFrames = 700,
        Priority = 3, Weight = 2, Requires = "device:cuda", RetryFailed = true,
    };

    private static readonly JobRecord Record = new()
    {
        Id = Job, Request = Request, Submitted = At, Phase = JobPhase.Running, IsPaused = true, Run = Run, Failure = new ChunkFailure(FailureKind.Decode, "m", "d", "c"),
        Outcome = new JobOutcome(new FrameCounts(6, 3, 1, 1, 1, 4), 2, 1), Ended = At,
    };

    private static readonly WorkerAnnouncement Worker = new()
    {
        Name = "w-1-abcd", Host = "w", Version = "0.1.0", Device = "cuda:0", Decoder = "cuda", Offers = ["codec:h264"],
        Lanes = [new LaneState("7q2k9m0x4c1d", "v000012-c00003", "a.mp4", 10, 20), new LaneState(null, null, null, 0, 0)], IsDraining = true, Frames = 5, Faces = 6,
        Chunks = 7, Timings = new StageTimings(1, 2, 3, 4, 5),
    };

    private static readonly LedgerProgress Progress = new(9, 1, 2, 5, 1, 3, 4, 100, new FrameCounts(6, 3, 1, 1, 1, 4), 10);

    private static readonly Lease Chunk = new(
        Token, new ChunkSpec(new ChunkId(12, 3), "a.mp4", 250, 50, 128000, 256000) { Requires = "codec:h264" }, TimeSpan.FromSeconds(30), At, true, true);

    private static readonly object[] Samples =
    [
        new WorkerProfile("w", new HashSet<string> { "codec:h264", "codec:av1" }),
        new WorkReply(new WorkItem(Job, Request, Run, 4, 8, Chunk, null), TimeSpan.Zero),
        new WorkReply(new WorkItem(Job, Request, null, 0, 8, null, new StageLease(new StageToken(JobPhase.Finalising, Attempt), TimeSpan.FromSeconds(30))), TimeSpan.FromSeconds(1)),
        new JobLease(new WorkReply(null, TimeSpan.FromSeconds(1)), new JobShare(Job, 3, 2, At, 5)),
        new JobShareReply(null),
        new ChunkTicket(Job, 4, Token),
        new StageTicket(Job, new StageToken(JobPhase.Planning, Attempt)),
        new FrameCounts(6, 3, 1, 1, 1, 4),
        new ChunkFailure(FailureKind.WorkerLost, "m", null, null),
        new JobOutcome(new FrameCounts(6, 3, 1, 1, 1, 4), 2, 1),
        Worker,
        new WorkerStatus(Worker, At, At, 12.5, false),
        new Workplace("az://c/p", ["/data"]),
        Request,
        Record,
        new JobStatus
        {
            Job = Record, Progress = Progress, StageWorker = "w", FramesPerSecond = 200,
            Remaining = new Eta(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)), Blocked = [new BlockedChunks("codec:av1", 12)], Notes = ["n"],
        },
        new RetryStatus(JobResult.Changed, 3),
        new JobEvent(5, At, "info", "t"),
        new SliceSource(Run, new PlanPart(1, 2, 3, 4), "r"),
        new SliceLease(new LeaseReply(LeaseStatus.Granted, [Chunk], TimeSpan.Zero), Progress),
        new SliceResult(LedgerResult.LeaseLost, Progress),
        new SliceStatus(Progress, [new BlockedChunks("codec:av1", 12)]),
    ];

    [Fact]
    public void Messages_HaveTheirPinnedForm()
    {
        var text = new StringBuilder();
        foreach (var sample in Samples)
        {
            text.Append(sample.GetType().Name).Append(' ').Append(JsonSerializer.Serialize(sample, sample.GetType(), WireJson.Options)).Append('\n');
        }

        var file = Path.Combine(AppContext.BaseDirectory, "Contracts", "wire-v1.txt");
        if (Environment.GetEnvironmentVariable("AFFECT_WRITE_GOLDEN") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, "wire-v1.txt"), text.ToString());
        }

        Assert.Equal(File.ReadAllText(file), text.ToString());
    }

    [Fact]
    public void Messages_ComeBackAsTheyWere_ThroughOrleans()
    {
        using var services = new ServiceCollection().AddSerializer(builder => builder.AddAffect()).BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        Assert.All(Samples, sample =>
        {
            var back = serializer.Deserialize<object>(serializer.SerializeToArray<object>(sample));
            Assert.Equal(sample.GetType(), back?.GetType());
            Assert.Equal(
                JsonSerializer.Serialize(sample, sample.GetType(), WireJson.Options), JsonSerializer.Serialize(back, sample.GetType(), WireJson.Options));
        });
    }

    [Fact]
    public void UnknownFields_OfANewerVersion_AreLeftOut()
    {
        var json = JsonSerializer.Serialize(new ChunkTicket(Job, 4, Token), WireJson.Options).Replace("{", "{\"addedLater\":1,", StringComparison.Ordinal);
        Assert.Equal(new ChunkTicket(Job, 4, Token), JsonSerializer.Deserialize<ChunkTicket>(json, WireJson.Options));
    }
}

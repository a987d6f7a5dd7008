using Affect.Core.Corpora;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Runs;
using Affect.Engine.Serving;
using Affect.Storage.Layout;
using Affect.Storage.Objects;

namespace Affect.Engine.Tests.Fixtures;

/// <summary>A job in a folder whose run is planned, of as many chunks as wanted, without videos: for what engines do with plans.</summary>
internal sealed class PlannedJob : IDisposable
{
    public const int FramesPerChunk = 10;
    private const int ChunksPerVideo = 250;
    private static readonly ModelIdentity Detector = new("made-detector", "1", new string('a', 64), new string('b', 64));
    private static readonly ModelIdentity Affect = new("made-affect", "1", new string('c', 64), new string('d', 64));

    private PlannedJob(LocalObjectStore objects, RunStore store, JobId id, IReadOnlyList<ChunkSpec> plan) => (Objects, Store, Id, Plan) = (objects, store, id, plan);

    public LocalObjectStore Objects { get; }

    public RunStore Store { get; }

    public JobId Id { get; }

    public IReadOnlyList<ChunkSpec> Plan { get; }

    public static FrameCounts Counts => new(FramesPerChunk, FramesPerChunk, 0, 0, 0, FramesPerChunk);

    /// <param name="chunks">How many.</param>
    /// <param name="requires">What a chunk needs, by its position; null: nothing.</param>
    public static async Task<PlannedJob> CreateAsync(int chunks, Func<int, string>? requires = null)
    {
        var objects = new LocalObjectStore(Path.Combine(Path.GetTempPath(), $"affect-test-{Guid.NewGuid():N}"));
        var plan = Enumerable.Range(0, chunks).Select(i => Chunk(i, chunks) with { Requires = requires?.Invoke(i) ?? "" }).ToList();
        var configuration = new RunConfiguration { Sampling = Sampling.All, Detector = new DetectorConfiguration(Detector, 0.5, 0.3, 0), AffectModels = [Affect] };
        var manifest = new CorpusManifest([new CorpusEntry("v0", "/made/v0", EntryKind.Video, "sha256:0", 1)]);
        var frames = (long)chunks * FramesPerChunk;
        var record = RunRecord.Of(manifest.Hash, configuration, DateTimeOffset.UnixEpoch, "test", "made", new RunTotals(plan[^1].Id.Video + 1, 0, chunks, frames, frames, 0));
        var store = new RunStore(objects, new RunLayout(record.Id.ToString()));
        await store.CreateAsync(new RunDefinition(record, ManifestText.WriteJsonLines(manifest.Entries), [], plan), default);
        var job = new JobRecord
        {
            Id = JobId.New(), Request = new JobRequest { Corpus = "/made" }, Submitted = DateTimeOffset.UnixEpoch, Phase = JobPhase.Running, Run = record.Id,
        };
        await objects.PutAsync(RunLayout.Job(job.Id), job.ToJson(), default);
        return new PlannedJob(objects, store, job.Id, plan);
    }

    /// <summary>A worker that has the run's models, and these codecs.</summary>
    public static WorkerProfile Worker(string name, params string[] codecs) => new(
        name, new HashSet<string>([WorkerOffers.Model(Detector), WorkerOffers.Model(Affect), .. codecs.Select(WorkerOffers.Codec)], StringComparer.Ordinal));

    public static WorkerAnnouncement Announcement(WorkerProfile worker) => new()
    {
        Name = worker.Name, Host = "h", Version = "1", Device = "cpu", Decoder = "cpu", Offers = [.. worker.Offers], Lanes = [new LaneState(null, null, null, 0, 0)],
    };

    public Task<LocalJobEngine> OpenAsync(TimeProvider time, ServingOptions? options = null) =>
        LocalJobEngine.OpenAsync(Objects, new Workplace(Objects.Location, []), options ?? ServingOptions.Default, time, default);

    public ChunkTicket Ticket(WorkItem item) => new(Id, item.Partition, item.Chunk!.Token);

    public void Dispose() => Directory.Delete(Objects.Location, recursive: true);

    private static ChunkSpec Chunk(int position, int chunks)
    {
        var (video, chunk) = Math.DivRem(position, ChunksPerVideo);
        var isLast = position == chunks - 1 || chunk == ChunksPerVideo - 1;
        return new ChunkSpec(new ChunkId(video, chunk), $"v{video}", (long)chunk * FramesPerChunk, FramesPerChunk, 400L * chunk, isLast ? long.MaxValue : 400L * (chunk + 1));
    }
}

using Affect.Core.Corpora;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Runs;
using Affect.Engine.Serving;
using Affect.Storage.Layout;
using Affect.Storage.Objects;

namespace Affect.ClusterBenchmarks;

/// <summary>A job in a folder that is planned already: so many chunks of videos that do not exist.</summary>
internal sealed record MadeJob(string Folder, LocalObjectStore Objects, JobId Id, RunLayout Layout, IReadOnlyList<ChunkSpec> Plan) : IDisposable
{
    public const int FramesPerChunk = 1500;

    private const int ChunksPerVideo = 500;

    private static readonly ModelIdentity Detector = new("made-detector", "1", new string('a', 64), new string('b', 64));

    private static readonly ModelIdentity Affect = new("made-affect", "1", new string('c', 64), new string('d', 64));

    /// <summary>As many as a worker with an ordinary ffmpeg has: they travel with each request for work.</summary>
    public static IReadOnlySet<string> Offers { get; } = new HashSet<string>(
        [
            WorkerOffers.Device("cpu"), WorkerOffers.Model(Detector), WorkerOffers.Model(Affect), WorkerOffers.Codec("h264"),
            .. Enumerable.Range(0, 250).Select(i => WorkerOffers.Codec($"made{i}")),
        ],
        StringComparer.Ordinal);

    public static WorkerProfile Worker(string name) => new(name, Offers);

    public static async Task<MadeJob> CreateAsync(int chunks)
    {
        var folder = Directory.CreateTempSubdirectory("affect-scale-").FullName;
        var objects = new LocalObjectStore(folder);
        var plan = Enumerable.Range(0, chunks).Select(i => Chunk(i / ChunksPerVideo, i % ChunksPerVideo, isLast: i == chunks - 1 || (i + 1) % ChunksPerVideo == 0)).ToList();
        var configuration = new RunConfiguration
        {
            Sampling = Sampling.All,
            Detector = new DetectorConfiguration(Detector, 0.5, 0.3, 0),
            AffectModels = [Affect],
        };
        var frames = (long)chunks * FramesPerChunk;
        var manifest = new CorpusManifest([new CorpusEntry("v0", "/made/v0", EntryKind.Video, "sha256:0", 1)]);
        var record = RunRecord.Of(
            manifest.Hash, configuration, DateTimeOffset.UnixEpoch, "benchmark", "made", new RunTotals(plan[^1].Id.Video + 1, 0, chunks, frames, frames, 0));
        await new RunStore(objects, new RunLayout(record.Id.ToString())).CreateAsync(
            new RunDefinition(record, ManifestText.WriteJsonLines(manifest.Entries), [], plan), CancellationToken.None);
        var job = new JobRecord
        {
            Id = JobId.New(), Request = new JobRequest { Corpus = "/made" }, Submitted = DateTimeOffset.UtcNow, Phase = JobPhase.Running, Run = record.Id,
        };
        await objects.PutAsync(RunLayout.Job(job.Id), job.ToJson(), CancellationToken.None);
        return new MadeJob(folder, objects, job.Id, new RunLayout(record.Id.ToString()), plan);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static ChunkSpec Chunk(int video, int chunk, bool isLast) => new(
        new ChunkId(video, chunk), $"recordings/2026/session-{video:D6}.mp4", (long)chunk * FramesPerChunk, FramesPerChunk, chunk * 512L * FramesPerChunk,
        isLast ? long.MaxValue : (chunk + 1) * 512L * FramesPerChunk) { Requires = WorkerOffers.Codec("h264") };
}

using Affect.Coordinator.Remote;
using Affect.Core.Corpora;
using Affect.Core.Jobs;
using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Local;
using Affect.Engine.Progress;
using Affect.Engine.Runs;
using Affect.Engine.Serving;
using Affect.Engine.Working;
using Affect.Silo;
using Affect.Storage.Layout;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;
using Microsoft.Extensions.Logging.Abstractions;

namespace Affect.ClusterBenchmarks.Efficiency;

/// <summary>
/// A run of made chunks, done by this machine's engine in one process or by worker processes of a server or a cluster. Ledger, lanes, commits and heartbeats are the product's; decoding
/// and models are not. Each process says <c>ready</c> and begins at the first line it reads.
/// </summary>
internal static class MadeRun
{
    private static readonly RunConfiguration Configuration = new()
    {
        Sampling = Sampling.All,
        Detector = new DetectorConfiguration(new ModelIdentity("made-detector", "1", new string('a', 64), new string('b', 64)), 0.5, 0.3, 0),
        AffectModels = [new ModelIdentity("made-affect", "1", new string('c', 64), new string('d', 64))],
    };

    private static readonly float[] Thresholds = [.. LabelSchema.ActionUnits.Select(_ => 0.5f)];

    public static string ModelKey { get; } = Configuration.ModelKey;

    /// <summary>Writes the run, and where asked for a job that is at it. Prints the run's id, and the job's.</summary>
    public static async Task PrepareAsync(string folder, int chunks, bool withJob)
    {
        var objects = new LocalObjectStore(folder);
        var run = Define(chunks);
        await new RunStore(objects, new RunLayout(run.Record.Id.ToString())).CreateAsync(run, default);
        Console.Out.WriteLine(run.Record.Id);
        if (withJob)
        {
            var job = new JobRecord { Id = JobId.New(), Request = new JobRequest { Corpus = "/made" }, Submitted = DateTimeOffset.UtcNow, Phase = JobPhase.Running, Run = run.Record.Id };
            await objects.PutAsync(RunLayout.Job(job.Id), job.ToJson(), default);
            Console.Out.WriteLine(job.Id);
        }
    }

    public static async Task RunLocallyAsync(string folder, int lanes, ChunkWork work)
    {
        var (store, run) = await ReadAsync(folder);
        var executor = new RunExecutor(
            store, run, new MadeVideos(run.Plan.Count), () => work, ChunkReuse.None, Thresholds, new RunOptions { Workers = lanes }, Scratch(folder), null,
            new RunProgress(TimeProvider.System), TimeProvider.System, NullLoggerFactory.Instance);
        await WarmAsync();
        await ReadyAsync();
        var (result, _) = await executor.ExecuteAsync(false, default);
        Console.Out.WriteLine($"done {result.Progress.Done}");
    }

    public static async Task WorkAsync(string server, string folder, ChunkWork work)
    {
        var (store, run) = await ReadAsync(folder);
        await using var connection = server == ClusterOptions.Localhost ? await ClusterConnection.OpenAsync(new ClusterOptions { Membership = server }, _ => { }, default) : null;
        using var http = new HttpClient { BaseAddress = server == ClusterOptions.Localhost ? null : new Uri(server) };
        IWorkSource source = connection is null ? new HttpWorkSource(http) : connection.Engine;
        var c = Configuration;
        var offers = new HashSet<string>(StringComparer.Ordinal) { WorkerOffers.Model(c.Detector.Model), WorkerOffers.Model(c.AffectModels[0]) };
        var host = new WorkerHost(
            new RetryingWorkSource(source, RetryingWorkSource.DefaultBound, TimeProvider.System, Environment.ProcessId), new Shop(store, run, Scratch(folder), work),
            new WorkerHostOptions { Name = WorkerHostOptions.NewName(), Version = "1", Lanes = 1, Device = "cpu", Decoder = "cpu", Offers = offers }, TimeProvider.System, NullLoggerFactory.Instance);
        await source.WorkplaceAsync(default);
        await WarmAsync();
        await ReadyAsync();
        using var leave = new CancellationTokenSource();
        var working = host.RunAsync(leave.Token);
        await Console.In.ReadLineAsync();
        await leave.CancelAsync();
        await working;
    }

    /// <summary>A few chunks of a run elsewhere, so that no variant's time is that of its just-in-time compiler.</summary>
    private static async Task WarmAsync()
    {
        var folder = Directory.CreateTempSubdirectory("affect-warm-").FullName;
        var run = Define(5);
        var store = new RunStore(new LocalObjectStore(folder), new RunLayout(run.Record.Id.ToString()));
        await store.CreateAsync(run, default);
        await new RunExecutor(
            store, run, new MadeVideos(5), () => new ChunkWork("cpu", 1), ChunkReuse.None, Thresholds, new RunOptions { Workers = 1 }, Scratch(folder), null,
            new RunProgress(TimeProvider.System), TimeProvider.System, NullLoggerFactory.Instance).ExecuteAsync(false, default);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task ReadyAsync()
    {
        Console.Out.WriteLine("ready");
        await Console.In.ReadLineAsync();
    }

    private static string Scratch(string folder) => Path.Combine(folder, "scratch", $"{Environment.ProcessId}");

    private static RunDefinition Define(int chunks)
    {
        var plan = new MadeVideos(chunks).Plan();
        var frames = (long)chunks * MadeVideos.FramesPerChunk;
        var manifest = new CorpusManifest([MadeVideos.Entry]);
        var record = RunRecord.Of(manifest.Hash, Configuration, DateTimeOffset.UnixEpoch, "benchmark", "made", new RunTotals(1, 0, plan.Count, frames, frames, 0));
        return new RunDefinition(record, ManifestText.WriteJsonLines(manifest.Entries), [], plan);
    }

    private static async Task<(RunStore Store, RunDefinition Run)> ReadAsync(string folder)
    {
        var run = Path.GetFileName(Directory.GetDirectories(Path.Combine(folder, "runs")).Single());
        var store = new RunStore(new LocalObjectStore(folder), new RunLayout(run));
        return (store, await store.TryReadAsync(default) ?? throw new IOException($"{folder} holds no run."));
    }

    private static ChunkCommitter Committer(RunStore store, RunDefinition run, string scratch) => new(
        store, new LabelFileMetadata(LabelFileKind.Chunk, run.Record.Id.ToString(), ModelKey, Configuration.Detector.Model.Sha256, "benchmark"), Thresholds, scratch, TimeProvider.System);

    /// <summary>A worker's workshop for the one run; there is nothing to finalise.</summary>
    private sealed class Shop(RunStore store, RunDefinition run, string scratch, ChunkWork work) : IWorkshop
    {
        public Task<RunBench> OpenAsync(RunId id, CancellationToken cancellationToken) =>
            Task.FromResult(new RunBench(Sampling.All, new MadeVideos(run.Plan.Count), Committer(store, run, scratch), () => work));

        public Task<RunId> PlanAsync(WorkItem item, CancellationToken cancellationToken) => throw new NotSupportedException("The run is planned.");

        public Task<JobOutcome> FinaliseAsync(WorkItem item, CancellationToken cancellationToken) => Task.FromResult(new JobOutcome(default, 0, 0));
    }
}

using System.Globalization;
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
/// and models are not. A job's corpus says its chunks and what one costs: <c>/made/60/500</c>. All processes have done a run of many small chunks before the one that counts, so that no
/// time is that of the just-in-time compiler.
/// </summary>
internal static class MadeRun
{
    /// <summary>Methods are compiled again after 30 calls, a while later.</summary>
    private const int WarmChunksPerLane = 100;

    private const int WarmMilliseconds = 20;

    private static readonly RunConfiguration Configuration = new()
    {
        Sampling = Sampling.All,
        Detector = new DetectorConfiguration(new ModelIdentity("made-detector", "1", new string('a', 64), new string('b', 64)), 0.5, 0.3, 0),
        AffectModels = [new ModelIdentity("made-affect", "1", new string('c', 64), new string('d', 64))],
    };

    private static readonly float[] Thresholds = [.. LabelSchema.ActionUnits.Select(_ => 0.5f)];

    public static string ModelKey { get; } = Configuration.ModelKey;

    /// <summary>Says <c>ready</c> when it is warm, begins at the first line it reads.</summary>
    public static async Task RunLocallyAsync(string folder, int chunks, int milliseconds, int lanes, string kind)
    {
        await ExecuteAsync(Path.Combine(folder, "warm"), WarmChunksPerLane * lanes, WarmMilliseconds, lanes, kind);
        Console.Out.WriteLine("ready");
        await Console.In.ReadLineAsync();
        Console.Out.WriteLine($"done {await ExecuteAsync(folder, chunks, milliseconds, lanes, kind)}");
    }

    /// <summary>Works until the first line it reads.</summary>
    public static async Task WorkAsync(string server, string folder, string kind)
    {
        await using var connection = server == ClusterOptions.Localhost ? await ClusterConnection.OpenAsync(new ClusterOptions { Membership = server }, _ => { }, default) : null;
        using var http = new HttpClient { BaseAddress = server == ClusterOptions.Localhost ? null : new Uri(server) };
        IWorkSource source = connection is null ? new HttpWorkSource(http) : connection.Engine;
        var c = Configuration;
        var offers = new HashSet<string>(StringComparer.Ordinal) { WorkerOffers.Model(c.Detector.Model), WorkerOffers.Model(c.AffectModels[0]) };
        var host = new WorkerHost(
            new RetryingWorkSource(source, RetryingWorkSource.DefaultBound, TimeProvider.System, Environment.ProcessId), new Shop(new LocalObjectStore(folder), Scratch(folder), kind),
            new WorkerHostOptions { Name = WorkerHostOptions.NewName(), Version = "1", Lanes = 1, Device = "cpu", Decoder = "cpu", Offers = offers }, TimeProvider.System, NullLoggerFactory.Instance);
        using var leave = new CancellationTokenSource();
        var working = host.RunAsync(leave.Token);
        await Console.In.ReadLineAsync();
        await leave.CancelAsync();
        await working;
    }

    private static async Task<int> ExecuteAsync(string folder, int chunks, int milliseconds, int lanes, string kind)
    {
        var run = Define(chunks, milliseconds);
        var store = StoreOf(new LocalObjectStore(folder), run.Record.Id);
        await store.CreateAsync(run, default);
        var bench = BenchOf(store, run.Record.Id, Scratch(folder), chunks, milliseconds, kind) with { RecordsBegun = true };
        var (result, _) = await new RunExecutor(
            store, run, bench, new RunOptions { Workers = lanes }, new RunProgress(TimeProvider.System), TimeProvider.System, NullLoggerFactory.Instance).ExecuteAsync(false, default);
        return result.Progress.Done;
    }

    private static string Scratch(string folder) => Path.Combine(folder, "scratch", $"{Environment.ProcessId}");

    private static RunStore StoreOf(LocalObjectStore objects, RunId run) => new(objects, new RunLayout(run.ToString()));

    private static RunBench BenchOf(RunStore store, RunId id, string scratch, int chunks, int milliseconds, string kind)
    {
        var metadata = new LabelFileMetadata(LabelFileKind.Chunk, id.ToString(), ModelKey, Configuration.Detector.Model.Sha256, "benchmark");
        return new RunBench(
            Sampling.All, new MadeVideos(chunks), new ChunkCommitter(store, metadata, Thresholds, scratch, TimeProvider.System), () => new ChunkWork(kind, milliseconds));
    }

    private static RunDefinition Define(int chunks, int milliseconds)
    {
        var plan = new MadeVideos(chunks).Plan();
        var frames = (long)chunks * MadeVideos.FramesPerChunk;
        var manifest = new CorpusManifest([MadeVideos.EntryOf(chunks)]);
        var record = RunRecord.Of(manifest.Hash, Configuration, DateTimeOffset.UnixEpoch, "benchmark", $"/made/{chunks}/{milliseconds}", new RunTotals(1, 0, plan.Count, frames, frames, 0));
        return new RunDefinition(record, ManifestText.WriteJsonLines(manifest.Entries), [], plan);
    }

    /// <summary>A worker's workshop for such runs; there is nothing to finalise.</summary>
    private sealed class Shop(LocalObjectStore objects, string scratch, string kind) : IWorkshop
    {
        public async Task<RunBench> OpenAsync(RunId id, CancellationToken cancellationToken)
        {
            var store = StoreOf(objects, id);
            var run = await store.TryReadRecordAsync(cancellationToken) ?? throw new IOException($"There is no run {id}.");
            var (chunks, milliseconds) = Parse(run.CorpusLocation);
            return BenchOf(store, id, scratch, chunks, milliseconds, kind);
        }

        public async Task<RunId> PlanAsync(WorkItem item, CancellationToken cancellationToken)
        {
            var (chunks, milliseconds) = Parse(item.Request.Corpus);
            var run = Define(chunks, milliseconds);
            await StoreOf(objects, run.Record.Id).CreateAsync(run, cancellationToken);
            return run.Record.Id;
        }

        public Task<JobOutcome> FinaliseAsync(WorkItem item, CancellationToken cancellationToken) => Task.FromResult(new JobOutcome(default, 0, 0));

        private static (int Chunks, int Milliseconds) Parse(string corpus) =>
            corpus.Split('/') is [.., var chunks, var milliseconds] ? (int.Parse(chunks, CultureInfo.InvariantCulture), int.Parse(milliseconds, CultureInfo.InvariantCulture)) : default;
    }
}

using System.Diagnostics;
using Affect.Core.Corpora;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Core.Tracking;
using Affect.Engine.Corpora;
using Affect.Engine.Finalising;
using Affect.Engine.Models;
using Affect.Engine.Preparing;
using Affect.Engine.Progress;
using Affect.Engine.Runs;
using Affect.Engine.Working;
using Affect.Storage.Layout;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;
using Affect.Vision.Decoding;
using Affect.Vision.Frames;
using Affect.Vision.Onnx;
using Affect.Vision.Processing;
using Microsoft.Extensions.Logging;

namespace Affect.Engine.Local;

/// <summary>A run to carry out on this machine.</summary>
public sealed record LocalRunRequest
{
    public required string Corpus { get; init; }

    public required ModelSet Models { get; init; }

    public required Sampling Sampling { get; init; }

    public SmoothingOptions? Smoothing { get; init; }

    public required RunOptions Options { get; init; }

    public required DeviceSpec Device { get; init; }

    public required ChosenDecoder Decoder { get; init; }

    /// <summary>Try again what earlier calls gave up.</summary>
    public bool RetryFailed { get; init; }

    /// <summary>See <see cref="RunBench.TryAlone"/>.</summary>
    public TryChunkAlone? TryAlone { get; init; }

    public required string ProjectVersion { get; init; }
}

/// <summary>What a call came to.</summary>
/// <param name="Store">The run's objects.</param>
/// <param name="Run">Its definition.</param>
/// <param name="Manifest">Its corpus.</param>
/// <param name="Notes">What reading the corpus and loading the models brought to light.</param>
/// <param name="Execution">Where the ledger stands.</param>
/// <param name="Final">Statistics, markers, labels.</param>
/// <param name="ChunksBefore">Chunks that earlier calls had done.</param>
/// <param name="ReusedRun">The run whose labels or detections were used, or null.</param>
/// <param name="ChunksReused">Chunks of this call whose labels came from earlier runs.</param>
/// <param name="Wall">Time of this call.</param>
/// <param name="WorkingTime">Of it, time the lanes were at work.</param>
public sealed record LocalRunResult(
    RunStore Store, RunDefinition Run, CorpusManifest Manifest, IReadOnlyList<string> Notes, ExecutionResult Execution, FinalResult Final,
    int ChunksBefore, string? ReusedRun, int ChunksReused, TimeSpan Wall, TimeSpan WorkingTime);

/// <summary>
/// The local engine: prepare, label, finalise. The same corpus and configuration in the same workspace is the same run: what is done is not done again.
/// </summary>
public sealed class LocalRun(Workspace workspace, RunProgress progress, TimeProvider time, ILoggerFactory loggers)
{
    public async Task<LocalRunResult> ExecuteAsync(LocalRunRequest request, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await using var decoder = OpenDecoder(request);
        // Loading takes about as long as reading a small corpus; and a model that does not work is told before hours of reading a large one.
        await using var loading = new PipelineLoading(() => OpenPipeline(request, decoder));
        var (listing, prepared, store, run) = await loading.UnlessItFailsAsync(token => BeginAsync(request, token), cancellationToken).ConfigureAwait(false);
        await LabelParquet.TryOutAsync(workspace.ScratchFolder, cancellationToken).ConfigureAwait(false);
        var reuse = await new EarlierRuns(workspace).FindAsync(run.Record.Id, run.Record.Configuration, prepared.Manifest, cancellationToken).ConfigureAwait(false);
        var videos = Videos(prepared);
        var pipeline = await loading.Pipeline.ConfigureAwait(false);
        // What reading the corpus took: 15 MB after an hour of video.
        HeapTrimmer.Shared.Trim();
        var before = watch.Elapsed;
        var bench = RunBench.Of(store, run.Record, request.Models, videos, pipeline, workspace.ScratchFolder, request.TryAlone, time) with { Reuse = reuse, RecordsBegun = true };
        var (execution, chunksBefore) = await new RunExecutor(store, run, bench, request.Options, progress, time, loggers)
            .ExecuteAsync(request.RetryFailed, cancellationToken).ConfigureAwait(false);
        var working = watch.Elapsed - before;

        var finaliser = new RunFinaliser(store, run, videos, workspace.ScratchFolder, request.Options.Workers, progress);
        var final = await finaliser.FinaliseAsync(execution.Quarantined, cancellationToken).ConfigureAwait(false);
        progress.Enter(RunPhase.Done, 0);
        return new LocalRunResult(
            store, run, prepared.Manifest, [.. listing.Notes, .. pipeline.Notes], execution, final, chunksBefore, reuse.Source, reuse.ChunksLabelled, watch.Elapsed, working);
    }

    private async Task<(CorpusListing Listing, PreparedCorpus Prepared, RunStore Store, RunDefinition Run)> BeginAsync(
        LocalRunRequest request, CancellationToken cancellationToken)
    {
        progress.Enter(RunPhase.Scanning, 0);
        var listing = await CorpusReader.ReadAsync(request.Corpus, workspace.Azure, cancellationToken).ConfigureAwait(false);
        await workspace.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var preparer = new RunPreparer(workspace.Prober, workspace.Objects, progress);
        var prepared = await preparer.PrepareAsync(listing, request.Sampling, request.Options, cancellationToken).ConfigureAwait(false);
        var configuration = request.Models.Configure(request.Sampling, request.Smoothing);
        var (store, run) = await CreateOrResumeAsync(request, configuration, prepared, cancellationToken).ConfigureAwait(false);
        return (listing, prepared, store, run);
    }

    private VideoLibrary Videos(PreparedCorpus prepared) => new(prepared.Manifest, workspace.Fetcher, workspace.Objects, workspace.Prober);

    /// <summary>Idle buffers of one lane's queue and batch are enough: lanes decode at the pace they label.</summary>
    private ChunkDecoder OpenDecoder(LocalRunRequest request) => new(workspace.Ffmpeg, new FrameBufferPool(4 * request.Options.Workers), time);

    private static LanePipeline OpenPipeline(LocalRunRequest request, ChunkDecoder decoder)
    {
        var decode = new DecodeOptions { Decoder = request.Decoder, StallLimit = request.Options.DecoderTimeLimit };
        return request.Models.Open(request.Device, decoder, decode, request.Models.Configure(request.Sampling, request.Smoothing).ModelKey);
    }

    private async Task<(RunStore Store, RunDefinition Run)> CreateOrResumeAsync(
        LocalRunRequest request, RunConfiguration configuration, PreparedCorpus prepared, CancellationToken cancellationToken)
    {
        var record = RunRecord.Of(
            prepared.Manifest.Hash, configuration, time.GetUtcNow(), request.ProjectVersion, request.Corpus, prepared.Totals);
        var store = new RunStore(workspace.Objects, new RunLayout(record.Id.ToString()));
        if (await store.TryReadAsync(cancellationToken).ConfigureAwait(false) is { } existing)
        {
            // The plan of a run is written once: it stands even where this call would cut the videos otherwise.
            return (store, existing);
        }

        var run = new RunDefinition(record, ManifestText.WriteJsonLines(prepared.Manifest.Entries), prepared.Videos, prepared.Plan);
        await store.CreateAsync(run, cancellationToken).ConfigureAwait(false);
        // Read back: of two calls that begin the same run at once, with other chunk sizes, one wrote the plan, and both must work by it.
        return (store, await store.TryReadAsync(cancellationToken).ConfigureAwait(false) ?? throw new IOException($"{store.Layout.Run} vanished."));
    }
}

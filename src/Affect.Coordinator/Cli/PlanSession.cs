using System.Text;
using Affect.Core.Corpora;
using Affect.Core.Failures;
using Affect.Core.Runs;
using Affect.Engine.Corpora;
using Affect.Engine.Estimating;
using Affect.Engine.Local;
using Affect.Engine.Models;
using Affect.Engine.Preparing;
using Affect.Engine.Progress;
using Affect.Engine.Runs;
using Affect.Engine.Working;
using Affect.Storage.Layout;
using Affect.Vision.Decoding;
using Affect.Vision.Frames;
using Affect.Vision.Onnx;

namespace Affect.Coordinator.Cli;

/// <summary>Makes a plan: reads and probes the corpus as a run would, and labels a small sample of it in scratch space. Writes nothing but frame indexes (and the manifest asked for).</summary>
internal static class PlanSession
{
    public static async Task<PlanOutput> MakeAsync(RunArguments arguments, string? manifest, bool estimate, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var device = RunSession.ParseDevice(arguments.Device);
        RunSession.ParseDecoder(arguments.Decoder);
        using var workspace = RunSession.OpenWorkspace(arguments.Output, time);
        var progress = new RunProgress(time);
        var models = RunSession.LoadModels(arguments);
        CorpusListing listing;
        PreparedCorpus prepared;
        await using (new ProgressDisplay(progress, time, live: !Console.IsErrorRedirected, Console.Error))
        {
            progress.Enter(RunPhase.Scanning, 0);
            listing = await Guard.RunAsync(() => CorpusReader.ReadAsync(arguments.Corpus, workspace.Azure, cancellationToken)).ConfigureAwait(false);
            var preparer = new RunPreparer(workspace.Prober, workspace.Objects, progress);
            prepared = await Guard.RunAsync(() => preparer.PrepareAsync(listing, arguments.Sampling, arguments.ToRunOptions(), cancellationToken)).ConfigureAwait(false);
            progress.Enter(RunPhase.Done, 0);
        }

        if (manifest is not null)
        {
            await Guard.RunAsync(() => SaveAsync(manifest, prepared.Manifest, cancellationToken)).ConfigureAwait(false);
        }

        var configuration = models.Configure(arguments.Sampling, arguments.Smoothing);
        var run = RunId.Of(prepared.Manifest.Hash, configuration);
        var id = run.ToString();
        var reuse = await Guard.RunAsync(() => new EarlierRuns(workspace).FindAsync(run, configuration, prepared.Manifest, cancellationToken)).ConfigureAwait(false);
        VideoRecord[] known = [.. prepared.Videos.Where((_, i) => reuse.MayKnowLabelsOf(i))];
        var measured = estimate && prepared.Totals.SelectedFrames > 0
            ? await EstimateAsync(arguments, device, workspace, prepared, models, configuration, time, cancellationToken).ConfigureAwait(false)
            : null;
        return new PlanOutput(
            id, arguments.Corpus, await Guard.RunAsync(() => DoneAsync(workspace, id, cancellationToken)).ConfigureAwait(false),
            new PlanEarlier(known.Length, known.Sum(v => v.SelectedFrames)), Totals(prepared),
            [.. prepared.Videos.Select((v, i) => Video(v, prepared.Manifest.Entries[i]))],
            [.. prepared.Manifest.Duplicates.Select(d => (IReadOnlyList<string>)[.. d.Select(e => e.Id)])], listing.Notes, manifest, measured);
    }

    private static async Task<RunEstimate?> EstimateAsync(
        RunArguments arguments, DeviceSpec device, Workspace workspace, PreparedCorpus prepared, ModelSet models, RunConfiguration configuration, TimeProvider time,
        CancellationToken cancellationToken)
    {
        Console.Error.WriteLine("affect: labelling a few frames to estimate time and disk (--no-estimate to leave it out)");
        var decode = new DecodeOptions
        {
            Decoder = await RunSession.ResolveDecoderAsync(arguments.Decoder, workspace.Ffmpeg, time, cancellationToken).ConfigureAwait(false),
            StallLimit = arguments.ChunkTimeout,
        };
        await using var decoder = new ChunkDecoder(workspace.Ffmpeg, new FrameBufferPool(4 * arguments.Workers), time);
        using var pipeline = Guard.Run(() => models.Open(device, decoder, decode, configuration.ModelKey));
        var videos = new VideoLibrary(prepared.Manifest, workspace.Fetcher, workspace.Objects, workspace.Prober);
        var estimator = new RunEstimator(videos, pipeline.CreateLane, configuration, models.ActionUnitThresholds, workspace.ScratchFolder);
        return await Guard.RunAsync(() => estimator.EstimateAsync(prepared, arguments.Workers, cancellationToken)).ConfigureAwait(false);
    }

    private static async Task<bool> SaveAsync(string path, CorpusManifest manifest, CancellationToken cancellationToken)
    {
        var isCsv = path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
        var text = isCsv ? ManifestText.WriteCsv(manifest.Entries) : ManifestText.WriteJsonLines(manifest.Entries);
        await File.WriteAllTextAsync(path, text, new UTF8Encoding(false), cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static async Task<int?> DoneAsync(Workspace workspace, string id, CancellationToken cancellationToken)
    {
        var store = new RunStore(workspace.Objects, new RunLayout(id));
        if (await store.TryReadRecordAsync(cancellationToken).ConfigureAwait(false) is null)
        {
            return null;
        }

        var done = 0;
        await foreach (var found in workspace.Objects.ListAsync(store.Layout.DonePrefix, cancellationToken).ConfigureAwait(false))
        {
            done++;
        }

        return done;
    }

    private static PlanTotals Totals(PreparedCorpus prepared)
    {
        var t = prepared.Totals;
        return new PlanTotals(
            t.Videos, t.UnreadableVideos, prepared.Videos.Count(v => v.Info?.IsVariableFrameRate == true), prepared.Videos.Sum(v => v.Info?.DurationSeconds ?? 0), t.Bytes,
            t.Frames, t.SelectedFrames, t.Chunks);
    }

    private static PlanVideo Video(VideoRecord v, CorpusEntry entry) => new(
        v.Id, entry.Location, v.Info?.Container, v.Info?.Codec, v.Info?.Width, v.Info?.Height, v.Info?.FrameRate.Value, v.Info?.IsVariableFrameRate ?? false,
        v.Info?.DurationSeconds, entry.SizeBytes >= 0 ? entry.SizeBytes : null, v.Frames, v.SelectedFrames, v.Chunks, v.Anomalies,
        v.Failure is { } f ? FailureReasons.Of(f.Kind) : null, v.Failure?.Message);
}

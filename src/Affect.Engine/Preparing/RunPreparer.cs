using Affect.Core.Corpora;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Corpora;
using Affect.Engine.Progress;
using Affect.Engine.Runs;
using Affect.Storage.Indexes;
using Affect.Storage.Objects;

namespace Affect.Engine.Preparing;

/// <summary>A corpus probed and planned; nothing of a run is written yet.</summary>
/// <param name="Listing">The corpus as found.</param>
/// <param name="Manifest">Its entries with content identities.</param>
/// <param name="Videos">What probing came to, one for each entry.</param>
/// <param name="Plan">All chunks.</param>
public sealed record PreparedCorpus(CorpusListing Listing, CorpusManifest Manifest, IReadOnlyList<VideoRecord> Videos, IReadOnlyList<ChunkSpec> Plan)
{
    public RunTotals Totals => new(
        Manifest.Entries.Count, Videos.Count(v => v.Failure is not null), Plan.Count, Videos.Sum(v => v.Frames), Videos.Sum(v => v.SelectedFrames),
        Manifest.Entries.Sum(e => Math.Max(0, e.SizeBytes)));
}

/// <summary>
/// Probes a corpus and plans it. Only the summaries of the videos are in memory: frame indexes go to the workspace and are read again one by one
/// for planning, since the size of chunks depends on the frames of the whole corpus.
/// </summary>
public sealed class RunPreparer(CorpusProber prober, IObjectStore workspace, RunProgress progress)
{
    /// <param name="listing">The corpus.</param>
    /// <param name="sampling">What is labelled.</param>
    /// <param name="options">Workers and chunk size.</param>
    /// <param name="cancellationToken">Ends the probing; what was probed is remembered.</param>
    public async Task<PreparedCorpus> PrepareAsync(CorpusListing listing, Sampling sampling, RunOptions options, CancellationToken cancellationToken)
    {
        var (entries, videos) = await ProbeAsync(listing, sampling, options.Workers, cancellationToken).ConfigureAwait(false);
        var plan = options.TargetFramesPerChunk is { } target ? new PlanOptions(target) : PlanOptions.For(options.PlannedWorkers ?? options.Workers);
        var framesLeft = videos.Sum(v => v.SelectedFrames);
        var chunks = new List<ChunkSpec>();
        for (var i = 0; i < entries.Length; i++)
        {
            if (videos[i].Info is null)
            {
                continue;
            }

            var indexed = await FrameIndexFile.TryLoadAsync(workspace, entries[i].Content, cancellationToken).ConfigureAwait(false)
                ?? throw new IOException($"{workspace.Location}: the frame index of {entries[i].Id}, just written, is not there.");
            framesLeft -= videos[i].SelectedFrames;
            var cut = ChunkPlanner.Plan(i, entries[i], indexed.Frames, Select(indexed, sampling), plan, framesLeft);
            videos[i] = videos[i] with { Chunks = cut.Count };
            chunks.AddRange(cut);
        }

        return new PreparedCorpus(listing, new CorpusManifest(entries), videos, chunks);
    }

    private async Task<(CorpusEntry[] Entries, VideoRecord[] Videos)> ProbeAsync(
        CorpusListing listing, Sampling sampling, int workers, CancellationToken cancellationToken)
    {
        progress.Enter(RunPhase.Probing, listing.Entries.Count);
        var entries = new CorpusEntry[listing.Entries.Count];
        var videos = new VideoRecord[entries.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, entries.Length, parallel, async (i, token) =>
        {
            var probed = await prober.ProbeAsync(listing.Entries[i], token).ConfigureAwait(false);
            entries[i] = probed.Entry;
            videos[i] = probed.Video is { } video
                ? new VideoRecord(probed.Entry.Id, video.Info, video.Frames.FrameCount, Select(video, sampling).Count, 0, probed.Anomalies, null)
                : new VideoRecord(probed.Entry.Id, null, 0, 0, 0, [], probed.Failure);
            progress.UnitDone(failed: probed.Failure is not null);
        }).ConfigureAwait(false);
        return (entries, videos);
    }

    private static FrameSelection Select(IndexedVideo video, Sampling sampling) => FrameSelector.Select(video.Frames, video.Info.TimeBase, sampling);
}

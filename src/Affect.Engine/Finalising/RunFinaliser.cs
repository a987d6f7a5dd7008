using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Statistics;
using Affect.Engine.Progress;
using Affect.Engine.Runs;
using Affect.Engine.Working;
using Affect.Storage.Layout;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;

namespace Affect.Engine.Finalising;

/// <summary>What a run came to in the end.</summary>
/// <param name="Statistics">Of every chunk, folded in plan order.</param>
/// <param name="Done">The markers.</param>
/// <param name="Tracks">Tracks of each video that has any chunk, by its number in the manifest.</param>
/// <param name="LabelFiles">Names of the label objects.</param>
public sealed record FinalResult(
    RunStatistics Statistics, DoneMarkers Done, IReadOnlyDictionary<int, int> Tracks, IReadOnlyList<string> LabelFiles);

/// <summary>
/// The pass over a finished run: tracks across the chunks of each video, writes the final labels, folds the statistics. Rows depend on the done chunks alone, so
/// doing it again gives the same; what a previous call finished is not written again.
/// </summary>
public sealed class RunFinaliser(RunStore store, RunDefinition run, IVideoLibrary videos, string scratchFolder, int workers, RunProgress progress)
{
    /// <param name="quarantined">Chunks given up on: their frames get Failed rows.</param>
    public async Task<FinalResult> FinaliseAsync(IReadOnlyList<QuarantinedChunk> quarantined, CancellationToken cancellationToken)
    {
        var reader = new MarkerReader(store, run);
        var (done, statistics) = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var lost = RunInspector.LostOf(quarantined);
        var rows = new RunRows(store, run, videos, scratchFolder);
        var files = rows.Files(done);
        var state = FinalState.Of(run.Plan, done, lost);
        var written = await store.Objects.TryReadFinalStateAsync(store.Layout.Finalised, cancellationToken).ConfigureAwait(false);
        if (written?.Fingerprint != state.Fingerprint)
        {
            progress.Enter(RunPhase.Finalising, files.Sum(f => f.Videos.Count));
            written = state with { Tracks = await WriteFilesAsync(files, rows, done, lost, cancellationToken).ConfigureAwait(false) };
            // Before the state: a crash in between must not leave behind what the next call would not look for.
            await SweepAsync(done, [.. files.Select(rows.NameOf)], cancellationToken).ConfigureAwait(false);
            await store.Objects.PutAsync(store.Layout.Finalised, written.ToJson(), cancellationToken).ConfigureAwait(false);
        }

        await reader.AddLostAsync(statistics, videos, lost, cancellationToken).ConfigureAwait(false);
        return new FinalResult(statistics, done, written.Tracks, [.. files.Select(rows.NameOf)]);
    }

    private async Task<SortedDictionary<int, int>> WriteFilesAsync(
        IReadOnlyList<LabelFile> files, RunRows rows, DoneMarkers done, Dictionary<ChunkId, string> lost, CancellationToken cancellationToken)
    {
        var tracks = new SortedDictionary<int, int>();
        var gate = new Lock();
        Directory.CreateDirectory(scratchFolder);
        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(files, options, async (file, token) =>
        {
            var sources = new List<VideoRows>();
            try
            {
                foreach (var video in file.Videos)
                {
                    sources.Add(await rows.OpenAsync(video, done, lost, token).ConfigureAwait(false));
                }

                var local = Path.Combine(scratchFolder, $"labels-{Guid.NewGuid():N}.parquet");
                try
                {
                    var all = sources.SelectMany(s => s.Read(run.Record.Configuration, progress, token));
                    await LabelParquet.WriteAsync(all, Metadata(LabelFileKind.Labels), local, token).ConfigureAwait(false);
                    await store.Objects.UploadFileAsync(local, rows.NameOf(file), token).ConfigureAwait(false);
                }
                finally
                {
                    File.Delete(local);
                }

                lock (gate)
                {
                    foreach (var source in sources)
                    {
                        tracks[source.Video] = source.Tracks;
                    }
                }
            }
            finally
            {
                sources.ForEach(s => s.Dispose());
            }
        }).ConfigureAwait(false);
        return tracks;
    }

    /// <summary>
    /// Removes what attempts left behind that did not win, and labels of an earlier state of the run. Of a chunk without marker nothing is removed: another
    /// process may be about to write it.
    /// </summary>
    private async Task SweepAsync(DoneMarkers done, HashSet<string> labels, CancellationToken cancellationToken)
    {
        var losers = new List<string>();
        await foreach (var found in store.Objects.ListAsync(store.Layout.ChunksPrefix, cancellationToken).ConfigureAwait(false))
        {
            if (RunLayout.TryParseAttempt(found.Name, out var attempt) && done.Find(attempt.Chunk) is { } marker && attempt != marker.Token)
            {
                losers.Add(found.Name);
            }
        }

        await foreach (var found in store.Objects.ListAsync(store.Layout.LabelsPrefix, cancellationToken).ConfigureAwait(false))
        {
            if (!labels.Contains(found.Name))
            {
                losers.Add(found.Name);
            }
        }

        foreach (var name in losers)
        {
            await store.Objects.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        }
    }

    private LabelFileMetadata Metadata(LabelFileKind kind) => new(
        kind, run.Record.Id.ToString(), run.Record.Configuration.ModelKey, run.Record.Configuration.Detector.Model.Sha256, run.Record.ProjectVersion);
}

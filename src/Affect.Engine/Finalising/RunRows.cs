using Affect.Core.Planning;
using Affect.Engine.Runs;
using Affect.Engine.Working;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;

namespace Affect.Engine.Finalising;

/// <summary>Where the final rows of a run come from and which file they belong in: one rule for those who write and those who check.</summary>
internal sealed class RunRows(RunStore store, RunDefinition run, IVideoLibrary videos, string scratchFolder)
{
    private readonly ILookup<int, ChunkSpec> _chunks = run.Plan.ToLookup(c => c.Id.Video);

    /// <summary>The label files of the run in its present state.</summary>
    public IReadOnlyList<LabelFile> Files(DoneMarkers done) => LabelFilePlan.Plan(
        [.. Enumerable.Range(0, run.Videos.Count).Select(v => _chunks.Contains(v)
            ? _chunks[v].Sum(c => done.Find(c.Id)?.Rows ?? c.FrameCount)
            : 0)]);

    public string NameOf(LabelFile file) =>
        file.Part is { } part ? store.Layout.LabelsPart(part) : store.Layout.VideoLabels(run.Videos[file.Videos[0]].Id);

    /// <summary>The rows of one video from its chunk files, those of chunks given up made here.</summary>
    public async Task<VideoRows> OpenAsync(
        int video, DoneMarkers done, IReadOnlyDictionary<ChunkId, string> lost, CancellationToken cancellationToken)
    {
        var rows = new VideoRows(video);
        try
        {
            foreach (var chunk in _chunks[video])
            {
                if (done.Find(chunk.Id) is { } marker)
                {
                    rows.Add(await store.Objects
                        .OpenLocalAsync(store.Layout.Chunk(marker.Token), scratchFolder, cancellationToken).ConfigureAwait(false));
                }
                else if (lost.TryGetValue(chunk.Id, out var reason))
                {
                    var indexed = await videos.IndexAsync(video, cancellationToken).ConfigureAwait(false);
                    rows.Add(LostRows.Of(chunk, indexed, run.Record.Configuration, reason));
                }
                else
                {
                    throw new InvalidOperationException($"Chunk {chunk.Id} is neither done nor given up: the run is not finished.");
                }
            }

            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }
}

using System.Text.Json;
using Affect.Core.Failures;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Core.Statistics;
using Affect.Engine.Runs;
using Affect.Engine.Working;

namespace Affect.Engine.Finalising;

/// <summary>The statistics of a run from its markers, in plan order. Chunks that are neither done nor given up are left out.</summary>
internal static class StatisticsFold
{
    public static async Task<RunStatistics> OfAsync(
        RunStore store, RunDefinition run, IVideoLibrary videos, IReadOnlyDictionary<ChunkId, DoneRecord> done,
        IReadOnlyDictionary<ChunkId, string> lost, CancellationToken cancellationToken)
    {
        var statistics = new RunStatistics();
        foreach (var chunk in run.Plan)
        {
            if (done.TryGetValue(chunk.Id, out var record))
            {
                statistics.Add(Read(store, record));
            }
            else if (lost.TryGetValue(chunk.Id, out var reason))
            {
                var indexed = await videos.IndexAsync(chunk.Id.Video, cancellationToken).ConfigureAwait(false);
                var selected = FrameSelector.Select(indexed.Frames, indexed.Info.TimeBase, run.Record.Configuration.Sampling);
                var given = new ChunkStatistics(chunk, indexed.Frames.FrameCount);
                given.AddFailed(reason, selected.CountIn(chunk));
                given.AddSkipped(FailureReasons.Sampling, selected.SkippedIn(chunk));
                statistics.Add(given);
            }
        }

        return statistics;
    }

    private static ChunkStatistics Read(RunStore store, DoneRecord record)
    {
        try
        {
            return record.Statistics?.Deserialize<ChunkStatistics>() ?? throw new FormatException($"{store.Layout.Done(record.Chunk)}: it holds no statistics.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"{store.Layout.Done(record.Chunk)}: {e.Message}", e);
        }
    }
}

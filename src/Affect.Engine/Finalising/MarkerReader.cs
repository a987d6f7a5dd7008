using System.Text.Json;
using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Core.Statistics;
using Affect.Engine.Runs;
using Affect.Engine.Working;

namespace Affect.Engine.Finalising;

/// <summary>
/// Reads the completion markers of a run once, each for as long as it takes to add it up: with their statistics they are 10 KB a chunk, and a run can have millions.
/// </summary>
internal sealed class MarkerReader(RunStore store, RunDefinition run)
{
    /// <summary>The markers, and the statistics of their chunks in plan order.</summary>
    /// <exception cref="FormatException">One is damaged, or of no chunk of the plan; the message names it.</exception>
    public async Task<(DoneMarkers Done, RunStatistics Statistics)> ReadAsync(CancellationToken cancellationToken)
    {
        var (done, statistics) = (new DoneMarkers(), new RunStatistics());
        var next = 0;
        await foreach (var record in store.DoneAsync(cancellationToken).ConfigureAwait(false))
        {
            var name = store.Layout.Done(record.Chunk);
            while (next < run.Plan.Count && run.Plan[next].Id < record.Chunk)
            {
                next++;
            }

            if (next == run.Plan.Count || run.Plan[next].Id != record.Chunk)
            {
                throw new FormatException($"{name} belongs to no chunk of the plan, or a file of another name holds the same marker.");
            }

            if (store.Layout.Root + record.ObjectName != store.Layout.Chunk(new LeaseToken(record.Chunk, record.Attempt)))
            {
                throw new FormatException($"{name}: its rows are said to be in {record.ObjectName}, which is not the file of attempt {record.Attempt}.");
            }

            next++;
            done.Add(record);
            Add(statistics, record, name);
        }

        return (done, statistics);
    }

    /// <summary>Adds the frames of chunks that were given up.</summary>
    public async Task AddLostAsync(
        RunStatistics statistics, IVideoLibrary videos, IReadOnlyDictionary<ChunkId, string> lost, CancellationToken cancellationToken)
    {
        foreach (var chunk in run.Plan.Where(chunk => lost.ContainsKey(chunk.Id)))
        {
            var indexed = await videos.IndexAsync(chunk.Id.Video, cancellationToken).ConfigureAwait(false);
            var selected = FrameSelector.Select(indexed.Frames, indexed.Info.TimeBase, run.Record.Configuration.Sampling);
            var given = new ChunkStatistics(chunk, indexed.Frames.FrameCount);
            given.AddFailed(lost[chunk.Id], selected.CountIn(chunk));
            given.AddSkipped(FailureReasons.Sampling, selected.SkippedIn(chunk));
            statistics.AddLost(given);
        }
    }

    private static void Add(RunStatistics statistics, DoneRecord record, string name)
    {
        try
        {
            statistics.Add(record.Statistics?.Deserialize<ChunkStatistics>() is { } chunk && chunk.Chunk == record.Chunk
                ? chunk
                : throw new FormatException($"{name}: it holds no statistics of its chunk."));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException($"{name}: {e.Message}", e);
        }
    }
}

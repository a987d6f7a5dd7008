using System.Text.Json;
using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Core.Statistics;
using Affect.Engine.Runs;
using Affect.Storage.Parquet;

namespace Affect.Engine.Working;

/// <summary>A labelled chunk on its way to storage.</summary>
/// <param name="Lease">The attempt.</param>
/// <param name="VideoFrames">Frames of the whole video.</param>
/// <param name="Worker">Who did it.</param>
/// <param name="Started">When it began.</param>
/// <param name="Fetch">Time spent before the processor began.</param>
/// <param name="Outcome">The rows.</param>
public sealed record CommitRequest(
    Lease Lease, long VideoFrames, string Worker, DateTimeOffset Started, StageTimings Fetch, ChunkOutcome.Labelled Outcome);

/// <summary>
/// Writes a chunk's data and then its marker. Until the marker is there nothing has happened; of several attempts, the first
/// marker counts. Thread-safe.
/// </summary>
public sealed class ChunkCommitter(
    RunStore store, LabelFileMetadata metadata, IReadOnlyList<float> thresholds, string scratchFolder, TimeProvider time)
{
    /// <summary>The marker of a chunk that is done already, by whomever, or null.</summary>
    public Task<DoneRecord?> FindDoneAsync(ChunkId chunk, CancellationToken cancellationToken) => store.TryReadDoneAsync(chunk, cancellationToken);

    /// <summary>Puts on record that this process has the chunk in hand.</summary>
    public Task BeginAsync(LeaseToken attempt, CancellationToken cancellationToken) => store.WriteBegunAsync(
        new BegunRecord(BegunRecord.CurrentFormatVersion, attempt.Chunk, attempt.Attempt, Environment.MachineName, Environment.ProcessId, time.GetUtcNow()), cancellationToken);

    /// <summary>Takes that back: the attempt has ended, however.</summary>
    public Task EndAsync(LeaseToken attempt, CancellationToken cancellationToken) => store.RemoveBegunAsync(attempt, cancellationToken);

    /// <summary>Whether this attempt counts, and the frames of the one that does.</summary>
    public async Task<(bool Won, FrameCounts Counts)> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        var (lease, outcome) = (request.Lease, request.Outcome);
        var statistics = new ChunkStatistics(lease.Chunk, request.VideoFrames);
        foreach (var row in outcome.Rows)
        {
            statistics.Add(row, thresholds);
        }

        statistics.AddSkipped(FailureReasons.Sampling, outcome.SkippedFrames);
        var accounting = AccountingOf(statistics);
        if (!accounting.IsBalanced)
        {
            throw new InvalidOperationException($"{lease.Token}: frames do not add up: {accounting.Counts}.");
        }

        Directory.CreateDirectory(scratchFolder);
        var local = Path.Combine(scratchFolder, $"{lease.Token}.parquet");
        var name = store.Layout.Chunk(lease.Token);
        try
        {
            await LabelParquet.WriteInTurnAsync(outcome.Rows, metadata, local, cancellationToken).ConfigureAwait(false);
            await store.Objects.UploadFileAsync(local, name, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(local);
        }

        var timings = outcome.Timings + request.Fetch;
        var record = new DoneRecord
        {
            Chunk = lease.Chunk.Id,
            Attempt = lease.Attempt,
            ObjectName = name[store.Layout.Root.Length..],
            Rows = outcome.Rows.Count,
            Frames = accounting,
            Worker = request.Worker,
            Started = request.Started,
            Finished = time.GetUtcNow(),
            StageSeconds = new(StringComparer.Ordinal)
            {
                ["fetch"] = timings.FetchSeconds,
                ["decode_wait"] = timings.DecodeWaitSeconds,
                ["detect"] = timings.DetectSeconds,
                ["label"] = timings.LabelSeconds,
            },
            Problem = outcome.Problem,
            UnexpectedFrames = outcome.UnexpectedFrames,
            Statistics = JsonSerializer.SerializeToElement(statistics),
        };
        var won = await store.MarkDoneAsync(record, cancellationToken).ConfigureAwait(false);
        if (won)
        {
            return (true, accounting.Counts);
        }

        await store.Objects.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        var winner = await store.TryReadDoneAsync(lease.Chunk.Id, cancellationToken).ConfigureAwait(false);
        return (false, winner?.Frames.Counts ?? accounting.Counts);
    }

    private static Core.Runs.FrameAccounting AccountingOf(ChunkStatistics statistics)
    {
        var frames = statistics.Labels.Frames;
        return new Core.Runs.FrameAccounting
        {
            Counts = frames.ToCounts(statistics.Labels.Faces),
            SkippedByReason = frames.Skipped,
            FailedByReason = frames.Failed,
        };
    }
}

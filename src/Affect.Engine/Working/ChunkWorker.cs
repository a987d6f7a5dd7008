using Affect.Core.Failures;
using Affect.Core.Labels;
using Affect.Core.Ledger;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Engine.Progress;
using Microsoft.Extensions.Logging;

namespace Affect.Engine.Working;

/// <summary>
/// One lane's loop: lease, label, commit, until the ledger has nothing left. Cancelling it gives the chunk in hand back; it never
/// loses one. A chunk's data are committed before its marker, and the marker before the ledger hears of it.
/// </summary>
public sealed partial class ChunkWorker(
    WorkerProfile profile,
    ILeaseClient ledger,
    RunBench bench,
    IChunkProcessor processor,
    WorkerOptions options,
    RunProgress.Lane progress,
    TimeProvider time,
    ILogger<ChunkWorker> logger)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>Works until every chunk is done or given up (by whomever).</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var reply = await ledger.LeaseAsync(profile, 1, cancellationToken).ConfigureAwait(false);
            switch (reply.Status)
            {
                case LeaseStatus.Granted:
                    await WorkAsync(reply.Leases[0], cancellationToken).ConfigureAwait(false);
                    break;
                case LeaseStatus.Finished:
                    return;
                default:
                    var wait = reply.RetryAfter < LongestWait ? reply.RetryAfter : LongestWait;
                    await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>Labels one chunk that is leased already. Returns when the ledger has heard what came of it.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Gives the chunk back.</param>
    public async Task WorkAsync(Lease lease, CancellationToken cancellationToken)
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var heart = BeatAsync(lease, held);
        var completed = false;
        try
        {
            if (bench.RecordsBegun)
            {
                await bench.Committer.BeginAsync(lease.Token, held.Token).ConfigureAwait(false);
            }

            completed = await LabelAsync(lease, held.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await ledger.ReleaseAsync(lease.Token, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            LogLeaseLost(lease.Token);
        }
        catch (IOException e) when (e is not Serving.WorkSourceException)
        {
            // Storage or the video's source did not answer within its own retries: another attempt may find it well again.
            await FailAsync(lease, new ChunkFailure(FailureKind.Storage, e.Message), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            progress.End(completed);
            await held.CancelAsync().ConfigureAwait(false);
            await heart.ConfigureAwait(false);
            if (bench.RecordsBegun)
            {
                await EndAsync(lease.Token).ConfigureAwait(false);
            }

            // Its rows are in storage now.
            HeapTrimmer.Shared.Trim();
        }
    }

    private async Task<bool> LabelAsync(Lease lease, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        if (await CompleteIfDoneAsync(lease, cancellationToken).ConfigureAwait(false) is not null)
        {
            // Another process works on the same run and was faster.
            return true;
        }

        progress.Begin(lease.Chunk.Id.ToString(), lease.Chunk.VideoId, lease.Chunk.FrameCount);
        if (lease.IsSuspect && bench.TryAlone is { } tryAloneAsync)
        {
            LogTriedAlone(lease.Token);
            if (await tryAloneAsync(lease.Chunk, cancellationToken).ConfigureAwait(false) is { } fatal)
            {
                return await FailAsync(lease, fatal, cancellationToken).ConfigureAwait(false);
            }

            if (await CompleteIfDoneAsync(lease, cancellationToken).ConfigureAwait(false) is { } counts)
            {
                progress.Advanced((int)(counts.Frames - counts.Skipped), (int)counts.Faces, default);
                return true;
            }

            // That process ended by itself, and so will this one: what is wrong with the chunk is an ordinary failure, and said here.
        }

        var fetching = time.GetTimestamp();
        var earlier = await bench.Reuse.FindAsync(lease.Chunk, bench.Videos, bench.Sampling, cancellationToken).ConfigureAwait(false);
        if (earlier?.Labels is { } taken)
        {
            var reading = new StageTimings { FetchSeconds = time.GetElapsedTime(fetching).TotalSeconds };
            progress.Advanced((int)(lease.Chunk.FrameCount - taken.SkippedFrames), taken.Rows.Count(row => row.Status == FrameStatus.Face), reading);
            await CommitAsync(new CommitRequest(lease, earlier.VideoFrames, profile.Name, started, reading, taken), cancellationToken).ConfigureAwait(false);
            return true;
        }

        var opening = await bench.Videos.OpenAsync(lease.Chunk.Id.Video, cancellationToken).ConfigureAwait(false);
        if (opening.Video is not { } video)
        {
            return await FailAsync(lease, opening.Failure!, cancellationToken).ConfigureAwait(false);
        }

        using var _ = video;
        if (video.Entry.Id != lease.Chunk.VideoId)
        {
            // The plan and the manifest come from different runs: rows would land on another video.
            throw new InvalidOperationException($"Chunk {lease.Chunk.Id} is of {lease.Chunk.VideoId}, the manifest has {video.Entry.Id} there.");
        }

        var fetch = new StageTimings { FetchSeconds = time.GetElapsedTime(fetching).TotalSeconds };
        progress.Advanced(0, 0, fetch);

        var job = new ChunkJob(lease.Chunk, video.Entry, video.LocalPath, video.Info, video.Index, bench.Sampling, earlier?.Detections);
        var outcome = await processor.ProcessAsync(job, progress, cancellationToken).ConfigureAwait(false);
        if (outcome is ChunkOutcome.Failed failed)
        {
            return await FailAsync(lease, failed.Failure, cancellationToken).ConfigureAwait(false);
        }

        await CommitAsync(new CommitRequest(lease, video.Index.FrameCount, profile.Name, started, fetch, (ChunkOutcome.Labelled)outcome), cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>The frames of a chunk that is done already, of which the ledger has heard now; or null.</summary>
    private async Task<FrameCounts?> CompleteIfDoneAsync(Lease lease, CancellationToken cancellationToken)
    {
        if (await bench.Committer.FindDoneAsync(lease.Chunk.Id, cancellationToken).ConfigureAwait(false) is not { } done)
        {
            return null;
        }

        await ledger.CompleteAsync(lease.Token, done.Frames.Counts, cancellationToken).ConfigureAwait(false);
        return done.Frames.Counts;
    }

    /// <summary>A record that stays behind only has the chunk tried with care, should it ever be leased again: no reason to end anything.</summary>
    private async Task EndAsync(LeaseToken attempt)
    {
        try
        {
            await bench.Committer.EndAsync(attempt, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            LogRecordLeft(attempt, e.Message);
        }
    }

    private async Task CommitAsync(CommitRequest attempt, CancellationToken cancellationToken)
    {
        var writing = time.GetTimestamp();
        var (won, counts) = await bench.Committer.CommitAsync(attempt, cancellationToken).ConfigureAwait(false);
        progress.Advanced(0, 0, new StageTimings { WriteSeconds = time.GetElapsedTime(writing).TotalSeconds });
        // Also where another attempt's marker counts: the chunk is done, and a lease left open would run out and have it done again.
        var result = await ledger.CompleteAsync(attempt.Lease.Token, counts, cancellationToken).ConfigureAwait(false);
        LogDone(attempt.Lease.Token, attempt.Outcome.Rows.Count, counts.Failed, won, result);
    }

    private async Task<bool> FailAsync(Lease lease, ChunkFailure failure, CancellationToken cancellationToken)
    {
        LogFailed(lease.Token, failure.Kind, failure.Message);
        await ledger.FailAsync(profile.Name, lease.Token, failure, cancellationToken).ConfigureAwait(false);
        return false;
    }

    /// <summary>Keeps the lease alive until cancelled; cancels the work when the lease is lost.</summary>
    private async Task BeatAsync(Lease lease, CancellationTokenSource held)
    {
        using var timer = new PeriodicTimer(lease.Duration / options.HeartbeatsPerLease, time);
        try
        {
            while (await timer.WaitForNextTickAsync(held.Token).ConfigureAwait(false))
            {
                if (await TryBeatAsync(lease, held.Token).ConfigureAwait(false) is { } result && result != LedgerResult.Accepted)
                {
                    await held.CancelAsync().ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            // The work ended, or it was told to.
        }
    }

    /// <summary>
    /// What the ledger says, or null where it cannot be reached: work goes on, since a chunk that is committed counts whatever became of its lease.
    /// </summary>
    private async Task<LedgerResult?> TryBeatAsync(Lease lease, CancellationToken cancellationToken)
    {
        try
        {
            return await ledger.HeartbeatAsync(profile.Name, lease.Token, cancellationToken).ConfigureAwait(false);
        }
        catch (Serving.WorkSourceException e)
        {
            LogUnreachable(lease.Token, e.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Attempt}: no heartbeat: {Reason}")]
    private partial void LogUnreachable(LeaseToken attempt, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Attempt}: {Rows} rows, {FailedFrames} failed frames, counts {Counts}, ledger says {Result}")]
    private partial void LogDone(LeaseToken attempt, int rows, long failedFrames, bool counts, LedgerResult result);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Attempt} failed ({Kind}): {Reason}")]
    private partial void LogFailed(LeaseToken attempt, FailureKind kind, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Attempt}: a process died over this chunk: a process of its own tries it first")]
    private partial void LogTriedAlone(LeaseToken attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Attempt}: its record among the begun ones stays: {Reason}")]
    private partial void LogRecordLeft(LeaseToken attempt, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Attempt}: lease lost, its work is dropped")]
    private partial void LogLeaseLost(LeaseToken attempt);
}

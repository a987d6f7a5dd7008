using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Engine.Progress;
using Affect.Engine.Working;
using Microsoft.Extensions.Logging;

namespace Affect.Engine.Serving;

/// <summary>One lane of a <see cref="WorkerHost"/>: lease, work, report, again.</summary>
internal sealed partial class WorkerLane(
    IWorkSource source, IWorkshop workshop, WorkerProfile profile, RunProgress.Lane progress, TimeProvider time, ILoggerFactory loggers) : IDisposable
{
    /// <summary>Between two requests, where the server did not wait or was not there.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private static readonly int HeartbeatsPerLease = new WorkerOptions().HeartbeatsPerLease;

    private readonly ILogger<WorkerLane> _logger = loggers.CreateLogger<WorkerLane>();
    private (RunId Run, RunBench Bench, IChunkProcessor Processor)? _current;

    /// <summary>Job in hand, or null.</summary>
    public string? Job { get; private set; }

    /// <summary><c>planning</c>, <c>finalising</c>, or null.</summary>
    public string? Stage { get; private set; }

    /// <param name="leave">Take nothing new.</param>
    /// <param name="drop">Give back what is in hand.</param>
    public async Task RunAsync(CancellationToken leave, CancellationToken drop)
    {
        while (!leave.IsCancellationRequested)
        {
            var pause = LongestPause;
            try
            {
                var reply = await source.LeaseAsync(profile, WorkBell.LongestWait, leave).ConfigureAwait(false);
                if (reply.Item is { } item)
                {
                    await DoAsync(item, drop).ConfigureAwait(false);
                    continue;
                }

                pause = TimeSpan.FromTicks(Math.Clamp(reply.RetryAfter.Ticks, WorkBell.ShortestPause.Ticks, LongestPause.Ticks));
            }
            catch (WorkSourceException e) when (e.IsTransient)
            {
                LogUnreachable(e.Message);
            }
            catch (OperationCanceledException) when (leave.IsCancellationRequested)
            {
                break;
            }

            await Task.Delay(pause, time, leave).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _current?.Processor.Dispose();

    private async Task DoAsync(WorkItem item, CancellationToken drop)
    {
        Job = item.Job.ToString();
        try
        {
            if (item.Chunk is { } chunk)
            {
                await LabelAsync(item, chunk, drop).ConfigureAwait(false);
            }
            else
            {
                await StageAsync(item, item.Stage!, drop).ConfigureAwait(false);
            }
        }
        finally
        {
            (Job, Stage) = (null, null);
        }
    }

    private async Task LabelAsync(WorkItem item, Lease chunk, CancellationToken drop)
    {
        var client = new TicketClient(source, item.Job, item.Partition);
        try
        {
            var (bench, processor) = await BenchAsync(item.Run!.Value, drop).ConfigureAwait(false);
            var worker = new ChunkWorker(
                profile, client, bench, processor, new WorkerOptions(HeartbeatsPerLease), progress, time, loggers.CreateLogger<ChunkWorker>());
            await worker.WorkAsync(chunk, drop).ConfigureAwait(false);
        }
        catch (StageFailureException e)
        {
            LogFailed(chunk.Token, e.Message);
            await client.FailAsync(profile.Name, chunk.Token, e.Failure, drop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (drop.IsCancellationRequested)
        {
            LogDropped(chunk.Token);
        }
    }

    private async Task<(RunBench Bench, IChunkProcessor Processor)> BenchAsync(RunId run, CancellationToken cancellationToken)
    {
        if (_current is { } current && current.Run == run)
        {
            return (current.Bench, current.Processor);
        }

        _current?.Processor.Dispose();
        _current = null;
        var bench = await workshop.OpenAsync(run, cancellationToken).ConfigureAwait(false);
        var processor = bench.CreateProcessor();
        _current = (run, bench, processor);
        return (bench, processor);
    }

    private async Task StageAsync(WorkItem item, StageLease lease, CancellationToken drop)
    {
        Stage = lease.Token.Stage == JobPhase.Planning ? "planning" : "finalising";
        var ticket = new StageTicket(item.Job, lease.Token);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(drop);
        var heart = BeatAsync(ticket, lease.Duration, held);
        try
        {
            if (lease.Token.Stage == JobPhase.Planning)
            {
                await source.PlannedAsync(ticket, await workshop.PlanAsync(item, held.Token).ConfigureAwait(false), drop).ConfigureAwait(false);
            }
            else
            {
                await source.FinalisedAsync(ticket, await workshop.FinaliseAsync(item, held.Token).ConfigureAwait(false), drop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            LogStageDropped(lease.Token);
            await source.ReleaseStageAsync(ticket, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StageFailureException e)
        {
            LogStageFailed(lease.Token, e.Message);
            await source.FailStageAsync(ticket, e.Failure, e.IsFinal, drop).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not WorkSourceException)
        {
            LogStageFailed(lease.Token, e.Message);
            await source.FailStageAsync(ticket, new ChunkFailure(FailureKind.Storage, e.Message), isFinal: false, drop).ConfigureAwait(false);
        }
        finally
        {
            await held.CancelAsync().ConfigureAwait(false);
            await heart.ConfigureAwait(false);
        }
    }

    private async Task BeatAsync(StageTicket ticket, TimeSpan duration, CancellationTokenSource held)
    {
        using var timer = new PeriodicTimer(duration / HeartbeatsPerLease, time);
        try
        {
            while (await timer.WaitForNextTickAsync(held.Token).ConfigureAwait(false))
            {
                try
                {
                    if (await source.HeartbeatStageAsync(profile.Name, ticket, held.Token).ConfigureAwait(false) == JobResult.LeaseLost)
                    {
                        await held.CancelAsync().ConfigureAwait(false);
                    }
                }
                catch (WorkSourceException e)
                {
                    LogUnreachable(e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            // The stage ended, or it was told to.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Work} failed: {Reason}")]
    private partial void LogFailed(LeaseToken work, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Work} given back")]
    private partial void LogDropped(LeaseToken work);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Work} failed: {Reason}")]
    private partial void LogStageFailed(StageToken work, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Work} given back")]
    private partial void LogStageDropped(StageToken work);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the server does not answer: {Reason}")]
    private partial void LogUnreachable(string reason);
}

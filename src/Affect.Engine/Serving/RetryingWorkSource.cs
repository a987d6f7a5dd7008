using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Runs;

namespace Affect.Engine.Serving;

/// <summary>
/// The one layer that repeats calls to a server: what reports results is repeated until the server is back (a restart, a coordinator that died) or the bound is
/// reached; the calls that come again by themselves (lease, heartbeat, announcement) are not repeated here.
/// </summary>
/// <param name="inner">The server.</param>
/// <param name="bound">How long a result is offered before it is given up; a chunk's result is in storage by then, so it is not lost.</param>
/// <param name="time">The clock.</param>
/// <param name="seed">Of the jitter.</param>
public sealed class RetryingWorkSource(IWorkSource inner, TimeSpan bound, TimeProvider time, int seed) : IWorkSource
{
    /// <summary>Longer than any failover of a cluster and most restarts of a server.</summary>
    public static readonly TimeSpan DefaultBound = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);

    public Task<Workplace> WorkplaceAsync(CancellationToken cancellationToken) => RepeatAsync(() => inner.WorkplaceAsync(cancellationToken), cancellationToken);

    public Task AnnounceAsync(WorkerAnnouncement worker, CancellationToken cancellationToken) => inner.AnnounceAsync(worker, cancellationToken);

    public Task LeaveAsync(string worker, CancellationToken cancellationToken) => inner.LeaveAsync(worker, cancellationToken);

    public Task<WorkReply> LeaseAsync(WorkerProfile worker, TimeSpan wait, CancellationToken cancellationToken) =>
        inner.LeaseAsync(worker, wait, cancellationToken);

    public Task<LedgerResult> HeartbeatAsync(string worker, ChunkTicket ticket, CancellationToken cancellationToken) =>
        inner.HeartbeatAsync(worker, ticket, cancellationToken);

    public Task<LedgerResult> CompleteAsync(ChunkTicket ticket, FrameCounts counts, CancellationToken cancellationToken) =>
        RepeatAsync(() => inner.CompleteAsync(ticket, counts, cancellationToken), cancellationToken);

    public Task<LedgerResult> FailAsync(string worker, ChunkTicket ticket, ChunkFailure failure, CancellationToken cancellationToken) =>
        RepeatAsync(() => inner.FailAsync(worker, ticket, failure, cancellationToken), cancellationToken);

    public Task<LedgerResult> ReleaseAsync(ChunkTicket ticket, CancellationToken cancellationToken) => inner.ReleaseAsync(ticket, cancellationToken);

    public Task<JobResult> HeartbeatStageAsync(string worker, StageTicket ticket, CancellationToken cancellationToken) =>
        inner.HeartbeatStageAsync(worker, ticket, cancellationToken);

    public Task<JobResult> PlannedAsync(StageTicket ticket, RunId run, CancellationToken cancellationToken) =>
        RepeatAsync(() => inner.PlannedAsync(ticket, run, cancellationToken), cancellationToken);

    public Task<JobResult> FinalisedAsync(StageTicket ticket, JobOutcome outcome, CancellationToken cancellationToken) =>
        RepeatAsync(() => inner.FinalisedAsync(ticket, outcome, cancellationToken), cancellationToken);

    public Task<JobResult> FailStageAsync(StageTicket ticket, ChunkFailure failure, bool isFinal, CancellationToken cancellationToken) =>
        RepeatAsync(() => inner.FailStageAsync(ticket, failure, isFinal, cancellationToken), cancellationToken);

    public Task<JobResult> ReleaseStageAsync(StageTicket ticket, CancellationToken cancellationToken) => inner.ReleaseStageAsync(ticket, cancellationToken);

    private async Task<T> RepeatAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (WorkSourceException e) when (e.IsTransient && time.GetElapsedTime(started) < bound)
            {
                await Task.Delay(Jittered(pause), time, cancellationToken).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Half to all of the pause, so that the workers of a cluster do not all come back in the same moment.</summary>
    private TimeSpan Jittered(TimeSpan pause)
    {
        lock (_gate)
        {
            return pause * (0.5 + (_random.NextDouble() / 2));
        }
    }
}

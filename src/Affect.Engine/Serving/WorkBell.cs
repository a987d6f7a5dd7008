namespace Affect.Engine.Serving;

/// <summary>
/// Where requests for work wait for some. It is rung when something may have come (a job was submitted, a stage opens, a chunk comes back), and then all that wait ask
/// again; what changes without a message (a lease that runs out, a retry that comes due) they find by asking when the last answer said. A ring that gets lost
/// costs time, never work. Thread-safe.
/// </summary>
public sealed class WorkBell(TimeProvider time)
{
    /// <summary>How long one request may wait: shorter than what a worker lets a call take before it holds the network for cut.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>However soon an answer wants to be asked again, not sooner.</summary>
    internal static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);

    private TaskCompletionSource _next = NewRing();

    /// <summary>Has all that wait ask again.</summary>
    public void Ring() => Interlocked.Exchange(ref _next, NewRing()).TrySetResult();

    /// <summary>Asks until there is work, or the wait is over. What is asked once only is answered as it is.</summary>
    /// <param name="ask">The request; never waits itself.</param>
    /// <param name="wait">Zero: ask once.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    public async Task<WorkReply> LeaseAsync(Func<Task<WorkReply>> ask, TimeSpan wait, CancellationToken cancellationToken)
    {
        var (reply, hasWaited) = await AskAsync(ask, reply => reply.Item is null ? reply.RetryAfter : null, wait, cancellationToken).ConfigureAwait(false);
        return hasWaited ? reply with { RetryAfter = TimeSpan.Zero } : reply;
    }

    /// <summary>The same of any question.</summary>
    /// <param name="ask">The question; never waits itself.</param>
    /// <param name="retryAfter">When to ask again after this answer, or null: it is what is waited for.</param>
    /// <param name="wait">Zero: ask once.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>The last answer, and whether the whole wait went by.</returns>
    public async Task<(T Reply, bool HasWaited)> AskAsync<T>(Func<Task<T>> ask, Func<T, TimeSpan?> retryAfter, TimeSpan wait, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            // Taken before asking: a ring in between must not be missed.
            var ring = Volatile.Read(ref _next).Task;
            var reply = await ask().ConfigureAwait(false);
            if (retryAfter(reply) is not { } next || wait <= TimeSpan.Zero)
            {
                return (reply, false);
            }

            var left = wait - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                return (reply, true);
            }

            var pause = next > ShortestPause ? next : ShortestPause;
            await ring.WaitAsync(pause < left ? pause : left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static TaskCompletionSource NewRing() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

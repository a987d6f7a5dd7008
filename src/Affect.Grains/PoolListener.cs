using Affect.Engine.Serving;
using Orleans;

namespace Affect.Grains;

/// <summary>A client's ear at the pool: has its bell rung when the pool says that there may be work. Orleans holds it weakly: whoever waits must hold it.</summary>
internal sealed class PoolListener(IGrainFactory grains, WorkBell bell, TimeProvider time) : IWorkListener
{
    /// <summary>Within each wait once, so that a pool that moved to another silo hears of it with the next.</summary>
    private static readonly TimeSpan Renewal = 0.8 * WorkBell.LongestWait;

    private readonly Lock _gate = new();
    private IWorkListener? _reference;
    private long? _saidAt;

    public Task RingAsync(CancellationToken cancellationToken)
    {
        bell.Ring();
        return Task.CompletedTask;
    }

    /// <summary>Says that it listens, where that was not said lately.</summary>
    public async Task ListenAsync(IPoolGrain pool, CancellationToken cancellationToken)
    {
        IWorkListener reference;
        lock (_gate)
        {
            if (_saidAt is { } at && time.GetElapsedTime(at) < Renewal)
            {
                return;
            }

            _saidAt = time.GetTimestamp();
            reference = _reference ??= grains.CreateObjectReference<IWorkListener>(this);
        }

        try
        {
            if (await pool.ListenAsync(reference, cancellationToken).ConfigureAwait(false))
            {
                // What came before rang for nobody.
                bell.Ring();
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The pool is away, or of an older version: its answers say when to ask again.
        }
    }
}

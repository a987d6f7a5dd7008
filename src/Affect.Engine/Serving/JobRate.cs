using Affect.Engine.Progress;

namespace Affect.Engine.Serving;

/// <summary>How fast a job goes: frames of completed chunks over time. Thread-safe.</summary>
internal sealed class JobRate(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private EtaEstimator _estimator = new();
    private long? _started;
    private TimeSpan _last;
    private long _framesAtStart;

    public double FramesPerSecond
    {
        get
        {
            lock (_gate)
            {
                return _estimator.FramesPerSecond;
            }
        }
    }

    /// <summary>Notes how many frames are done in all; cheap, called at each completed chunk.</summary>
    public void Observe(long frames)
    {
        lock (_gate)
        {
            if (_started is not { } started)
            {
                (_started, _framesAtStart, _last) = (time.GetTimestamp(), frames, TimeSpan.Zero);
                return;
            }

            var elapsed = time.GetElapsedTime(started);
            if (elapsed - _last >= Interval)
            {
                _last = elapsed;
                _estimator.Observe(elapsed, frames - _framesAtStart);
            }
        }
    }

    public Eta? Remaining(long frames)
    {
        lock (_gate)
        {
            return _estimator.Estimate(frames);
        }
    }

    /// <summary>Forgets the past: after a pause it says nothing of the future.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            (_estimator, _started) = (new EtaEstimator(), null);
        }
    }
}

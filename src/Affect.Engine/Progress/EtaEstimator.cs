namespace Affect.Engine.Progress;

/// <summary>A remaining time with its range. The true end lies in the range about nine times out of ten while conditions hold.</summary>
public readonly record struct Eta(TimeSpan Expected, TimeSpan Earliest, TimeSpan Latest);

/// <summary>
/// Remaining time from the throughput of equal work intervals. The range comes from the scatter of the interval rates: a steady run has a
/// narrow one, a corpus of unequal videos a wide one. Not thread-safe.
/// </summary>
public sealed class EtaEstimator
{
    /// <summary>Two-sided 90 % quantile of the normal distribution.</summary>
    private const double Quantile = 1.645;

    /// <summary>Neighbouring intervals are alike: so many of them tell as much as one that stands alone.</summary>
    private const double AlikeIntervals = 5;

    /// <summary>Intervals remembered; older ones say little of the machine's present speed.</summary>
    private const int MaxIntervals = 64;

    private readonly Queue<(double Seconds, double Frames)> _intervals = new();
    private double _lastSeconds;
    private double _lastFrames;

    /// <summary>Tells the estimator how many frames were done at a time; call at regular intervals (about a second).</summary>
    public void Observe(TimeSpan elapsed, double framesDone)
    {
        var seconds = elapsed.TotalSeconds - _lastSeconds;
        if (seconds <= 0)
        {
            return;
        }

        _intervals.Enqueue((seconds, framesDone - _lastFrames));
        if (_intervals.Count > MaxIntervals)
        {
            _intervals.Dequeue();
        }

        _lastSeconds = elapsed.TotalSeconds;
        _lastFrames = framesDone;
    }

    /// <summary>Frames a second over the remembered intervals.</summary>
    public double FramesPerSecond
    {
        get
        {
            var seconds = _intervals.Sum(i => i.Seconds);
            return seconds > 0 ? _intervals.Sum(i => i.Frames) / seconds : 0;
        }
    }

    /// <summary>Estimates the time that <paramref name="framesLeft"/> will take, or null while too little is known.</summary>
    public Eta? Estimate(double framesLeft)
    {
        var rate = FramesPerSecond;
        if (_intervals.Count < 5 || rate <= 0)
        {
            return null;
        }

        if (framesLeft <= 0)
        {
            return new Eta(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        }

        var variance = _intervals.Sum(i => Math.Pow((i.Frames / i.Seconds) - rate, 2)) / (_intervals.Count - 1);
        var expected = framesLeft / rate;
        // The rate so far is one sample of the mean, the rate of the rest another: the shorter either, the more it scatters.
        var past = Math.Max(1, _intervals.Count / AlikeIntervals);
        var rest = Math.Max(1, expected / (_intervals.Average(i => i.Seconds) * AlikeIntervals));
        var error = Quantile * Math.Sqrt(variance * ((1 / past) + (1 / rest)));
        var earliest = framesLeft / (rate + error);
        var latest = framesLeft / Math.Max(rate - error, rate / 4);
        return new Eta(TimeSpan.FromSeconds(expected), TimeSpan.FromSeconds(earliest), TimeSpan.FromSeconds(latest));
    }
}

namespace Affect.ClusterBenchmarks;

/// <summary>A histogram of durations, 1 % wide, of fixed size: a million of them must not count as memory of the ledger. Thread-safe.</summary>
internal sealed class Latencies
{
    private const double Growth = 1.01;
    private const double SmallestMilliseconds = 0.001;

    private readonly int[] _buckets = new int[2200];

    public void Add(TimeSpan duration)
    {
        var bucket = Math.Log(Math.Max(1, duration.TotalMilliseconds / SmallestMilliseconds)) / Math.Log(Growth);
        Interlocked.Increment(ref _buckets[Math.Min(_buckets.Length - 1, (int)bucket)]);
    }

    /// <summary>The duration that a share of all stayed below, in milliseconds.</summary>
    public double Percentile(double share)
    {
        var rank = share * _buckets.Sum(b => (long)b);
        var seen = 0L;
        for (var i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen >= rank)
            {
                return SmallestMilliseconds * Math.Pow(Growth, i + 1);
            }
        }

        return double.NaN;
    }
}

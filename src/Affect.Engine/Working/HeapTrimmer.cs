namespace Affect.Engine.Working;

/// <summary>
/// Gives back to the system what is free in .NET's heap. A process that labels allocates so little that the collector, left alone, keeps all that it ever took:
/// twice what is in use after two minutes.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="collect">Collects everything and compacts; the process stands still meanwhile.</param>
internal sealed class HeapTrimmer(TimeProvider time, Action collect)
{
    /// <summary>A collection is followed by so many times what it took without another: it costs a thousandth, be the heap of a laptop's run or of a server with a million chunks.</summary>
    private const int RestPerWork = 1000;

    private long _next = long.MinValue;

    /// <summary>That of this process.</summary>
    public static HeapTrimmer Shared { get; } = new(TimeProvider.System, () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive));

    /// <summary>Trims unless that was done lately. Any thread may call.</summary>
    public void Trim()
    {
        var next = Volatile.Read(ref _next);
        if (time.GetTimestamp() < next || Interlocked.CompareExchange(ref _next, long.MaxValue, next) != next)
        {
            return;
        }

        var start = time.GetTimestamp();
        try
        {
            collect();
        }
        finally
        {
            var end = time.GetTimestamp();
            Volatile.Write(ref _next, end + ((end - start) * RestPerWork));
        }
    }
}

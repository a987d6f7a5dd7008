namespace Affect.Core.Tests.Ledger;

/// <summary>A clock that stands still until it is moved; the wall clock can be moved alone, as an administrator does.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _timestamp = 1_000_000;
    private DateTimeOffset _utc = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _timestamp;

    public override DateTimeOffset GetUtcNow() => _utc;

    public void Advance(TimeSpan by)
    {
        _timestamp += by.Ticks;
        _utc += by;
    }

    public void MoveWallClock(TimeSpan by) => _utc += by;

    public void MoveMonotonicClock(TimeSpan by) => _timestamp += by.Ticks;
}

namespace Affect.Core.Ledger;

/// <summary>How a ledger hands out work. Changes no label; not part of a run's identity.</summary>
public sealed record LedgerOptions
{
    public static readonly LedgerOptions Default = new();

    /// <summary>Time without heartbeat after which a lease is lost and counts as a failed attempt; above zero; default 60 s.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Failed attempts (reported or expired) after which a chunk is quarantined; at least 1, default 3.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>
    /// Pause before a failed chunk is leased again, times the number of its failures, so that a storage that is down for a moment does not use up
    /// all attempts; at least zero, default 1 s.
    /// </summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Order of handing out; default plan order.</summary>
    public LeaseOrder Order { get; init; } = LeaseOrder.Plan;

    /// <summary>
    /// When nothing else is left, lease a chunk a second time, to another worker, once its first lease is older than this many times the mean duration
    /// of completed chunks; above 1, or null for never (default). The first attempt to complete wins.
    /// </summary>
    public double? SpeculateAfterMeans { get; init; }

    /// <summary>What is wrong with the values, naming the option and its range, or null.</summary>
    public string? Validate() =>
        LeaseDuration <= TimeSpan.Zero ? $"{nameof(LeaseDuration)} must be above zero, not {LeaseDuration}"
        : MaxAttempts is < 1 or > 100 ? $"{nameof(MaxAttempts)} must be in 1..100, not {MaxAttempts}"
        : RetryDelay < TimeSpan.Zero ? $"{nameof(RetryDelay)} must be at least zero, not {RetryDelay}"
        : SpeculateAfterMeans is { } means && !(means > 1 && double.IsFinite(means)) ? $"{nameof(SpeculateAfterMeans)} must be above 1, not {means}"
        : null;
}

/// <summary>Which pending chunk a worker gets next. Chunks that failed before always come after fresh ones.</summary>
public enum LeaseOrder
{
    /// <summary>In plan order: videos finish one after the other, the earliest first.</summary>
    Plan = 0,

    /// <summary>
    /// The chunk after the one the worker had last; else the first of a video nobody has begun; else plan order. Spares each worker from
    /// fetching every video where the corpus is remote.
    /// </summary>
    VideoAffinity = 1,
}

namespace Affect.Core.Runs;

/// <summary>
/// <see cref="FrameCounts"/> with the reasons: what was skipped and what failed, by reason. Adds up; <see cref="Empty"/> is the identity.
/// Reasons are short stable words (<c>sampling</c>, a <see cref="Failures.FailureKind"/> in text), never a person's sentence, so that they can be counted.
/// </summary>
public sealed record FrameAccounting
{
    public static readonly FrameAccounting Empty = new();

    public FrameCounts Counts { get; init; }

    /// <summary>Skipped frames by reason; sums to <c>Counts.Skipped</c>. In ordinal order of reasons.</summary>
    public SortedDictionary<string, long> SkippedByReason { get; init => field = new(value, StringComparer.Ordinal); } = new(StringComparer.Ordinal);

    /// <summary>Failed frames by reason; sums to <c>Counts.Failed</c>. In ordinal order of reasons.</summary>
    public SortedDictionary<string, long> FailedByReason { get; init => field = new(value, StringComparer.Ordinal); } = new(StringComparer.Ordinal);

    /// <summary>Whether every frame is accounted for once and every skipped or failed frame has its reason.</summary>
    public bool IsBalanced =>
        Counts.IsBalanced && SkippedByReason.Values.Sum() == Counts.Skipped && FailedByReason.Values.Sum() == Counts.Failed;

    public static FrameAccounting operator +(FrameAccounting a, FrameAccounting b) => Add(a, b);

    public static FrameAccounting Add(FrameAccounting a, FrameAccounting b) => new()
    {
        Counts = a.Counts + b.Counts,
        SkippedByReason = Merge(a.SkippedByReason, b.SkippedByReason),
        FailedByReason = Merge(a.FailedByReason, b.FailedByReason),
    };

    public bool Equals(FrameAccounting? other) =>
        other is not null && Counts == other.Counts && SkippedByReason.SequenceEqual(other.SkippedByReason) && FailedByReason.SequenceEqual(other.FailedByReason);

    public override int GetHashCode() => Counts.GetHashCode();

    private static SortedDictionary<string, long> Merge(SortedDictionary<string, long> a, SortedDictionary<string, long> b)
    {
        var sum = new SortedDictionary<string, long>(a, StringComparer.Ordinal);
        foreach (var (reason, count) in b)
        {
            sum[reason] = sum.GetValueOrDefault(reason) + count;
        }

        return sum;
    }
}

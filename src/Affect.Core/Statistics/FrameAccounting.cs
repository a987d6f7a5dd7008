using System.Text.Json.Serialization;
using Affect.Core.Labels;
using Affect.Core.Runs;

namespace Affect.Core.Statistics;

/// <summary>
/// Where every frame went. <see cref="In"/> comes from the plan, the rest from what was done, so <see cref="IsBalanced"/> is a real check:
/// in = with face + without face + skipped (by reason) + failed (by reason). Reasons are short fixed texts, not one for each frame.
/// </summary>
public sealed class FrameAccounting
{
    /// <summary>Frames that the plan lists.</summary>
    [JsonInclude]
    public long In { get; internal set; }

    /// <summary>Frames with at least one face.</summary>
    [JsonInclude]
    public long WithFace { get; internal set; }

    /// <summary>Frames that were searched and hold no face.</summary>
    [JsonInclude]
    public long WithoutFace { get; internal set; }

    /// <summary>Frames left out on purpose, by reason.</summary>
    [JsonInclude]
    public SortedDictionary<string, long> Skipped { get; internal set; } = new(StringComparer.Ordinal);

    /// <summary>Frames that could not be labelled, by reason.</summary>
    [JsonInclude]
    public SortedDictionary<string, long> Failed { get; internal set; } = new(StringComparer.Ordinal);

    [JsonIgnore]
    public long SkippedTotal => Skipped.Values.Sum();

    [JsonIgnore]
    public long FailedTotal => Failed.Values.Sum();

    /// <summary>Frames accounted for, whatever became of them.</summary>
    [JsonIgnore]
    public long Out => WithFace + WithoutFace + SkippedTotal + FailedTotal;

    [JsonIgnore]
    public bool IsBalanced => In == Out;

    /// <summary>The same without the reasons.</summary>
    public FrameCounts ToCounts(long faces) => new(In, WithFace, WithoutFace, SkippedTotal, FailedTotal, faces);

    internal void Add(FrameStatus status, string? reason)
    {
        switch (status)
        {
            case FrameStatus.Face:
                WithFace++;
                break;
            case FrameStatus.NoFace:
                WithoutFace++;
                break;
            case FrameStatus.Failed:
                Increase(Failed, reason ?? "unknown", 1);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(status), status, "A row has a status.");
        }
    }

    internal void Add(FrameAccounting other)
    {
        In += other.In;
        WithFace += other.WithFace;
        WithoutFace += other.WithoutFace;
        foreach (var (reason, frames) in other.Skipped)
        {
            Increase(Skipped, reason, frames);
        }

        foreach (var (reason, frames) in other.Failed)
        {
            Increase(Failed, reason, frames);
        }
    }

    internal static void Increase(SortedDictionary<string, long> counts, string reason, long by)
    {
        counts.TryGetValue(reason, out var before);
        counts[reason] = checked(before + by);
    }
}

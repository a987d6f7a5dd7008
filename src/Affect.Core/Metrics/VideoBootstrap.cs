using Affect.Core.Statistics;

namespace Affect.Core.Metrics;

/// <summary>An interval of a figure.</summary>
public readonly record struct Interval(double Low, double High);

/// <summary>
/// Percentile bootstrap over whole videos (clusters): frames of one video resemble each other, so resampling frames would promise far too
/// narrow an interval. Seeded: the same sums give the same interval.
/// </summary>
public static class VideoBootstrap
{
    public const int Replicates = 1000;
    public const int FewestVideos = 5;
    private const int Seed = 20261122;

    /// <summary>
    /// The middle 95 % of the score over resampled videos; null with fewer than <see cref="FewestVideos"/> videos, or when more than one in twenty
    /// replicates has no score.
    /// </summary>
    public static Interval? Interval<T>(IReadOnlyList<T> videos, Func<T> empty, Action<T, T> add, Func<T, Measure> score)
    {
        if (videos.Count < FewestVideos)
        {
            return null;
        }

        var random = new Random(Seed);
        var scores = new List<double>(Replicates);
        for (var replicate = 0; replicate < Replicates; replicate++)
        {
            var sum = empty();
            for (var i = 0; i < videos.Count; i++)
            {
                add(sum, videos[random.Next(videos.Count)]);
            }

            if (score(sum).Value is { } value)
            {
                scores.Add(value);
            }
        }

        if (scores.Count < Replicates * 95 / 100)
        {
            return null;
        }

        scores.Sort();
        return new Interval(scores[(int)(0.025 * (scores.Count - 1))], scores[(int)Math.Ceiling(0.975 * (scores.Count - 1))]);
    }
}

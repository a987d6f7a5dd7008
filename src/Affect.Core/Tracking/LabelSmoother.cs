using Affect.Core.Labels;

namespace Affect.Core.Tracking;

/// <summary>
/// Centred moving average of the labels along each track, by time: valence, arousal and every probability become the mean of the track's values whose
/// time is at most half a window away; the expression is the most probable one of the means. Rows that have no track, and everything that is not a label, stay as they
/// are. Streaming: holds one window of rows. The result does not depend on chunking.
/// </summary>
public static class LabelSmoother
{
    /// <param name="rows">All rows of a video, ordered by frame, then face, with their tracks.</param>
    /// <param name="options">Width of the window.</param>
    public static IEnumerable<LabelRow> Smooth(IEnumerable<LabelRow> rows, SmoothingOptions options)
    {
        if (options.Validate() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        return SmoothRows(rows, options.WindowSeconds / 2);
    }

    private static IEnumerable<LabelRow> SmoothRows(IEnumerable<LabelRow> rows, double half)
    {
        var waiting = new Queue<LabelRow>();
        var tracks = new Dictionary<int, List<LabelRow>>();
        foreach (var row in rows)
        {
            while (waiting.TryPeek(out var first) && row.TimeSeconds - first.TimeSeconds > half)
            {
                yield return Smoothed(waiting.Dequeue(), tracks, half);
            }

            waiting.Enqueue(row);
            if (row.Track >= 0)
            {
                if (!tracks.TryGetValue(row.Track, out var track))
                {
                    track = [];
                    tracks.Add(row.Track, track);
                }

                track.Add(row);
            }
        }

        while (waiting.TryDequeue(out var row))
        {
            yield return Smoothed(row, tracks, half);
        }
    }

    private static LabelRow Smoothed(LabelRow row, Dictionary<int, List<LabelRow>> tracks, double half)
    {
        if (row.Track < 0)
        {
            return row;
        }

        // Rows leave in order of time, so what is too old for this one is too old for all that follow.
        var track = tracks[row.Track];
        track.RemoveRange(0, track.FindIndex(other => row.TimeSeconds - other.TimeSeconds <= half));
        var window = track.Where(other => other.TimeSeconds - row.TimeSeconds <= half).ToList();
        var expressions = Mean(window, other => other.Expressions, row.Expressions.Length);
        var smoothed = row with
        {
            Valence = Mean(window, other => other.Valence),
            Arousal = Mean(window, other => other.Arousal),
            Expressions = expressions,
            Expression = row.Expression < 0 ? row.Expression : IndexOfLargest(expressions),
            ActionUnits = Mean(window, other => other.ActionUnits, row.ActionUnits.Length),
        };
        if (ReferenceEquals(track[^1], row))
        {
            // Nothing of this track within reach of what comes later, unless it comes: then the list is begun anew.
            tracks.Remove(row.Track);
        }

        return smoothed;
    }

    private static float[] Mean(List<LabelRow> window, Func<LabelRow, float[]> values, int length)
    {
        var means = new float[length];
        for (var i = 0; i < length; i++)
        {
            var position = i;
            means[i] = Mean(window, row => values(row) is { } array && position < array.Length ? array[position] : float.NaN);
        }

        return means;
    }

    /// <summary>Mean of what is there; NaN where nothing is.</summary>
    private static float Mean(List<LabelRow> window, Func<LabelRow, float> value)
    {
        var sum = 0.0;
        var count = 0;
        foreach (var row in window)
        {
            var x = value(row);
            if (!float.IsNaN(x))
            {
                sum += x;
                count++;
            }
        }

        return count == 0 ? float.NaN : (float)(sum / count);
    }

    private static int IndexOfLargest(float[] values)
    {
        var best = -1;
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsNaN(values[i]) && (best < 0 || values[i] > values[best]))
            {
                best = i;
            }
        }

        return best;
    }
}

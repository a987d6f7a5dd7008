using System.Globalization;
using System.Text;

namespace Affect.Vision.Decoding;

/// <summary>
/// The argument of ffmpeg's <c>select</c> filter that lets exactly the given PTS pass: a binary search over runs of frames, so that a picture costs a
/// logarithmic number of comparisons. ffmpeg computes in double precision, which holds PTS up to 2^53 exactly.
/// </summary>
internal static class SelectExpression
{
    /// <summary>One argument of a process may have 128 KiB on Linux; a longer selection is left to the reader of the frames.</summary>
    public const int MaxLength = 100_000;

    private const long MaxExactPts = 1L << 53;

    /// <param name="pts">PTS of every frame of the video.</param>
    /// <param name="ranks">Ascending ranks to let pass; not empty.</param>
    /// <returns>The expression; null where none is needed (one unbroken run) or possible.</returns>
    public static string? Build(ReadOnlySpan<long> pts, ReadOnlySpan<int> ranks)
    {
        var runs = new List<(long First, long Last)>();
        for (var i = 0; i < ranks.Length; i++)
        {
            if (i > 0 && ranks[i] == ranks[i - 1] + 1)
            {
                runs[^1] = (runs[^1].First, pts[ranks[i]]);
            }
            else
            {
                runs.Add((pts[ranks[i]], pts[ranks[i]]));
            }
        }

        if (runs.Count == 1 || runs[^1].Last >= MaxExactPts || runs[0].First <= -MaxExactPts)
        {
            return null;
        }

        var text = new StringBuilder();
        Append(text, runs, 0, runs.Count);
        return text.Length <= MaxLength ? text.ToString() : null;
    }

    private static void Append(StringBuilder text, List<(long First, long Last)> runs, int start, int end)
    {
        if (end - start == 1)
        {
            var (first, last) = runs[start];
            _ = first == last
                ? text.Append(CultureInfo.InvariantCulture, $"eq(pts,{first})")
                : text.Append(CultureInfo.InvariantCulture, $"between(pts,{first},{last})");
            return;
        }

        var middle = (start + end) / 2;
        text.Append(CultureInfo.InvariantCulture, $"if(lt(pts,{runs[middle].First}),");
        Append(text, runs, start, middle);
        text.Append(',');
        Append(text, runs, middle, end);
        text.Append(')');
    }
}

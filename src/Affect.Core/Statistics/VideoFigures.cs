using System.Collections;
using Affect.Core.Labels;
using Affect.Core.Runs;

namespace Affect.Core.Statistics;

/// <summary>What a report says of one video: a fixed size, about 2 KB, whatever the video's length. Of tens of thousands of videos all are held at once.</summary>
/// <param name="Frames">What became of its frames, of those that the chunks say.</param>
/// <param name="Valence">Mean over the faces.</param>
/// <param name="Arousal">Mean over the faces.</param>
/// <param name="TopExpression">The one of <see cref="LabelSchema.Expressions"/> that won most often; null where none won.</param>
/// <param name="Course">Its course over time.</param>
public sealed record VideoFigures(FrameCounts Frames, Measure Valence, Measure Arousal, string? TopExpression, VideoCourse Course)
{
    internal static VideoFigures Of(LabelStatistics labels, TimeSeries series)
    {
        var top = labels.Expressions.N == 0 ? null : LabelSchema.Expressions[Enumerable.Range(0, LabelSchema.Expressions.Count).MaxBy(i => labels.Expressions.Winners[i])];
        return new VideoFigures(labels.Frames.ToCounts(labels.Faces), labels.Affect.MeanV, labels.Affect.MeanA, top, VideoCourse.Of(series));
    }
}

/// <summary>Course over time in <see cref="TimeSeries.BinCount"/> equal parts of a video, in hundredths, rounded; null where a part holds nothing.</summary>
/// <param name="Valence">Mean over the faces of the part.</param>
/// <param name="Arousal">Mean over the faces of the part.</param>
/// <param name="Faces">Mean faces a searched frame.</param>
public sealed record VideoCourse(IReadOnlyList<int?> Valence, IReadOnlyList<int?> Arousal, IReadOnlyList<int?> Faces)
{
    internal static VideoCourse Of(TimeSeries series)
    {
        var (valence, arousal, faces) = (new Hundredths(), new Hundredths(), new Hundredths());
        foreach (var (part, bin) in series.Bins)
        {
            valence.Set(part, bin.SumV, bin.Affect);
            arousal.Set(part, bin.SumA, bin.Affect);
            faces.Set(part, bin.Faces, bin.Frames);
        }

        return new VideoCourse(valence, arousal, faces);
    }

    /// <summary>Half the size of an array of <c>int?</c>.</summary>
    private sealed class Hundredths : IReadOnlyList<int?>
    {
        private const int Nothing = int.MinValue;

        private readonly int[] _values;

        public Hundredths()
        {
            _values = new int[TimeSeries.BinCount];
            Array.Fill(_values, Nothing);
        }

        public int Count => _values.Length;

        public int? this[int index] => _values[index] == Nothing ? null : _values[index];

        public void Set(int part, double sum, long n)
        {
            if (n > 0)
            {
                _values[part] = (int)Math.Round(100 * sum / n, MidpointRounding.AwayFromZero);
            }
        }

        public IEnumerator<int?> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

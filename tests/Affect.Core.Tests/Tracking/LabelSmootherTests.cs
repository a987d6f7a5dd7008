using Affect.Core.Labels;
using Affect.Core.Tracking;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Tracking;

public sealed class LabelSmootherTests
{
    [Fact]
    public void Smooth_EqualsTheNaiveMean() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(Gen.Choose(1, 100_000).ToArbitrary(), Gen.Choose(1, 30).ToArbitrary(), (seed, tenths) =>
    {
        var rows = Labelled(seed);
        var smoothed = LabelSmoother.Smooth(rows, new SmoothingOptions(tenths / 10.0)).ToList();
        Assert.Equal(rows.Count, smoothed.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            Assert.Equal((row.Frame, row.Face, row.Track, row.BoxX, row.Status), (smoothed[i].Frame, smoothed[i].Face, smoothed[i].Track, smoothed[i].BoxX, smoothed[i].Status));
            if (row.Track < 0)
            {
                Assert.Same(row, smoothed[i]);
                continue;
            }

            var window = rows.Where(other => other.Track == row.Track && Math.Abs(other.TimeSeconds - row.TimeSeconds) <= tenths / 20.0).ToList();
            Assert.Equal(window.Average(other => (double)other.Valence), smoothed[i].Valence, 1e-6);
            Assert.Equal(window.Average(other => (double)other.ActionUnits[1]), smoothed[i].ActionUnits[1], 1e-6);
            var arousal = window.Where(other => !float.IsNaN(other.Arousal)).Select(other => (double)other.Arousal).ToList();
            Assert.Equal(arousal.Count == 0 ? double.NaN : arousal.Average(), smoothed[i].Arousal, 1e-6);
            Assert.True(float.IsNaN(smoothed[i].ActionUnits[0]));
            Assert.Equal(smoothed[i].Expressions.Max(), smoothed[i].Expressions[smoothed[i].Expression]);
        }
    }));

    [Fact]
    public void Smooth_HoldsOneWindowOfRows()
    {
        var pulled = 0;
        var longestLead = 0;
        var given = 0;
        foreach (var row in LabelSmoother.Smooth(Count(Labelled(1, seconds: 60)), new SmoothingOptions(1)))
        {
            given++;
            longestLead = Math.Max(longestLead, pulled - given);
        }

        // Half a second of 10 frames a second with at most 3 rows each.
        Assert.InRange(longestLead, 1, 3 * 7);
        Assert.Equal(pulled, given);

        IEnumerable<LabelRow> Count(IEnumerable<LabelRow> rows)
        {
            foreach (var row in rows)
            {
                pulled++;
                yield return row;
            }
        }
    }

    [Fact]
    public void Smooth_RefusesAWindowWithoutWidth() =>
        Assert.Throws<ArgumentException>(() => LabelSmoother.Smooth([], new SmoothingOptions(0)));

    private static List<LabelRow> Labelled(int seed, double seconds = 6)
    {
        var random = new Random(seed);
        var blink = random.NextDouble() * 5;
        var rows = Scene.Track(Scene.Film(
            seconds, 10, seed, Person.At(100, 100, 60, 1), Person.At(400, 100, 60, 2) with { IsSeen = t => t > blink }, Person.At(700, 100, 60, 3) with { IsSeen = t => t % 2 < 0.5 }));
        return [.. rows.Select(row => row.Track < 0 ? row : row with
        {
            Valence = (float)((2 * random.NextDouble()) - 1),
            Arousal = random.Next(3) == 0 ? float.NaN : (float)((2 * random.NextDouble()) - 1),
            Expressions = [random.NextSingle(), random.NextSingle(), random.NextSingle()],
            Expression = 0,
            ActionUnits = [float.NaN, random.NextSingle()],
        })];
    }
}

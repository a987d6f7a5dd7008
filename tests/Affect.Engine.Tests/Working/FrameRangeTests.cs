using Affect.Core.Planning;
using Affect.Core.Video;
using Affect.Engine.Working;

namespace Affect.Engine.Tests.Working;

public sealed class FrameRangeTests
{
    [Fact]
    public void Narrow_SelectsExactlyTheFramesInBetween()
    {
        var random = new Random(11);
        var narrowed = 0;
        for (var n = 0; n < 300; n++)
        {
            var frames = random.Next(1, 200);
            var pts = new long[frames];
            var at = (long)random.Next(-1000, 100_000);
            for (var i = 0; i < frames; i++)
            {
                pts[i] = at;
                at += random.Next(1, 5000);
            }

            var index = new FrameIndex(pts, [0]);
            var timeBase = new Rational(1, random.Next(1, 4) switch { 1 => 1000, 2 => 90_000, _ => 12_800 });
            var sampling = (n % 4) switch
            {
                0 => Sampling.All,
                1 => new Sampling(random.Next(1, 5)),
                2 => new Sampling(FramesPerSecond: 1 + random.NextDouble() * 30),
                _ => new Sampling(StartSeconds: 0.01, EndSeconds: 1 + random.NextDouble()),
            };
            var whole = FrameSelector.Select(index, timeBase, sampling);
            if (whole.Count == 0)
            {
                continue;
            }

            var (a, b) = (random.Next(whole.Count), random.Next(whole.Count));
            (a, b) = (Math.Min(a, b), Math.Max(a, b));
            var part = FrameSelector.Select(index, timeBase, FrameRange.Narrow(sampling, index, timeBase, whole[a], whole[b]));
            Assert.Equal(Enumerable.Range(a, b - a + 1).Select(i => whole[i]), Enumerable.Range(0, part.Count).Select(i => part[i]));
            narrowed += part.Count < whole.Count ? 1 : 0;
        }

        Assert.True(narrowed > 100, $"only {narrowed} cases narrowed anything");
    }
}

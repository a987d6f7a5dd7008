using Affect.Engine.Progress;

namespace Affect.Engine.Tests.Progress;

public sealed class EtaEstimatorTests
{
    [Fact]
    public void Estimate_AtASteadyRate_IsExact()
    {
        var estimator = new EtaEstimator();
        for (var s = 1; s <= 5; s++)
        {
            Assert.Null(estimator.Estimate(1000));
            estimator.Observe(TimeSpan.FromSeconds(s), 200 * s);
        }

        var five = TimeSpan.FromSeconds(5);
        Assert.Equal(new Eta(five, five, five), estimator.Estimate(1000));
        Assert.Equal(default(Eta), estimator.Estimate(0));
    }

    [Fact]
    public void Estimate_WhereNothingMoves_IsNotKnown()
    {
        var estimator = new EtaEstimator();
        for (var s = 1; s <= 20; s++)
        {
            estimator.Observe(TimeSpan.FromSeconds(s), 0);
        }

        Assert.Null(estimator.Estimate(1000));
    }

    /// <summary>Rates scatter by a fifth, neighbouring seconds alike: the true end lies in the range about nine times out of ten, be the past or the rest short or long.</summary>
    [Theory]
    [InlineData(10, 10)]
    [InlineData(20, 600)]
    [InlineData(60, 10)]
    [InlineData(60, 60)]
    [InlineData(60, 600)]
    public void Estimate_RangeHoldsTheTrueEnd(int secondsBefore, int secondsLeft)
    {
        const int runs = 2000;
        const double rate = 100;
        const double likeness = 2.0 / 3;
        var random = new Random(7);
        var held = 0;
        for (var run = 0; run < runs; run++)
        {
            var state = Normal(random);
            var estimator = new EtaEstimator();
            var done = 0.0;
            for (var s = 1; s <= secondsBefore; s++)
            {
                done += Next();
                estimator.Observe(TimeSpan.FromSeconds(s), done);
            }

            var left = rate * secondsLeft;
            var eta = estimator.Estimate(left)!.Value;
            Assert.InRange(eta.Expected, eta.Earliest, eta.Latest);
            var took = 0.0;
            while (left > 0)
            {
                var frames = Next();
                took += Math.Min(1, left / frames);
                left -= frames;
            }

            held += took >= eta.Earliest.TotalSeconds && took <= eta.Latest.TotalSeconds ? 1 : 0;

            double Next()
            {
                state = (likeness * state) + (Math.Sqrt(1 - (likeness * likeness)) * Normal(random));
                return Math.Max(rate / 20, rate * (1 + (0.2 * state)));
            }
        }

        Assert.InRange(held / (double)runs, 0.8, 0.98);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

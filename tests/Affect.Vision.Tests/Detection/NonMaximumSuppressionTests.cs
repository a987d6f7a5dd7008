using Affect.Vision.Detection;

namespace Affect.Vision.Tests.Detection;

public sealed class NonMaximumSuppressionTests
{
    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(false, 3)]
    [InlineData(false, 4)]
    public void Merge_EqualsNaive(bool weighted, int seed)
    {
        var random = new Random(seed);
        var merged = 0;
        for (var round = 0; round < 50; round++)
        {
            var faces = Enumerable.Range(0, random.Next(1, 40)).Select(_ => Face(random)).ToList();
            var expected = Naive(faces, 0.3f, weighted);
            var actual = faces.ToList();
            new NonMaximumSuppression().Merge(actual, 0.3f, weighted);
            Assert.Equal(expected.Count, actual.Count);
            for (var i = 0; i < expected.Count; i++)
            {
                Assert.Equal(expected[i][4], actual[i].Score, 1e-5);
                Assert.Equal(expected[i][0], actual[i].X, 1e-3);
                Assert.Equal(expected[i][3], actual[i].Height, 1e-3);
                Assert.Equal(expected[i][5], actual[i].Mouth.X, 1e-3);
            }

            merged += faces.Count - actual.Count;
        }

        Assert.True(merged > 100, "The generator made boxes that overlap.");
    }

    [Fact]
    public void Merge_DoesNotDependOnTheOrder()
    {
        var random = new Random(9);
        var faces = Enumerable.Range(0, 30).Select(_ => Face(random) with { Score = 0.5f + (0.1f * random.Next(3)) }).ToList();
        var first = faces.ToList();
        new NonMaximumSuppression().Merge(first, 0.3f, weighted: true);
        for (var round = 0; round < 10; round++)
        {
            var shuffled = faces.OrderBy(_ => random.Next()).ToList();
            new NonMaximumSuppression().Merge(shuffled, 0.3f, weighted: true);
            Assert.Equal(first, shuffled);
        }
    }

    private static FaceDetection Face(Random random)
    {
        float Next(double low, double high) => (float)(low + (random.NextDouble() * (high - low)));
        return FaceDetection.BoxOnly(Next(0, 60), Next(0, 60), Next(15, 40), Next(15, 40), Next(0.5, 1)) with { Mouth = new(Next(0, 99), Next(0, 99)) };
    }

    /// <summary>Rows x, y, w, h, score, mouth x.</summary>
    private static List<double[]> Naive(List<FaceDetection> faces, double overlap, bool weighted)
    {
        var rest = faces.Select(face => new double[] { face.X, face.Y, face.Width, face.Height, face.Score, face.Mouth.X }).OrderByDescending(row => row[4]).ToList();
        var result = new List<double[]>();
        while (rest.Count > 0)
        {
            var best = rest[0];
            var group = rest.Where(row => ReferenceEquals(row, best) || Overlap(row, best) > overlap).ToList();
            rest = [.. rest.Except(group)];
            var sum = group.Sum(row => row[4]);
            var mean = Enumerable.Range(0, 6).Select(i => group.Sum(row => row[4] * row[i]) / sum).ToArray();
            mean[4] = best[4];
            result.Add(weighted ? mean : best);
        }

        return result;
    }

    private static double Overlap(double[] a, double[] b)
    {
        var width = Math.Max(0, Math.Min(a[0] + a[2], b[0] + b[2]) - Math.Max(a[0], b[0]));
        var height = Math.Max(0, Math.Min(a[1] + a[3], b[1] + b[3]) - Math.Max(a[1], b[1]));
        return width * height / ((a[2] * a[3]) + (b[2] * b[3]) - (width * height));
    }
}

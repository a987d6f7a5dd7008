using System.Text.Json;
using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Statistics;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Statistics;

public sealed class RunStatisticsTests
{
    private static readonly JsonSerializerOptions Json = new() { TypeInfoResolver = StatisticsJsonContext.Default, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Of any chunks of a run, in plan order; those that were given up at any time. Looking in between changes nothing.</summary>
    [Fact]
    public void Figures_AreThoseOfTheChunksThatAreIn_BitForBit() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var random = new Random(seed);
        var present = LabelRows.Run(seed, 4).Where(_ => random.Next(4) > 0).Select(chunk => random.Next(4) > 0 ? Statistics(chunk) : Lost(chunk)).ToList();
        var lost = new Queue<ChunkStatistics>(present.Where(IsLost).OrderBy(_ => random.Next()));
        var live = new RunStatistics();
        var seen = new List<ChunkStatistics>();
        void Add(ChunkStatistics chunk, Action<ChunkStatistics> how)
        {
            how(chunk);
            seen.Add(chunk);
            AssertFigures(seen, live);
        }

        foreach (var chunk in present.Where(chunk => !IsLost(chunk)))
        {
            while (lost.Count > 0 && random.Next(2) == 0)
            {
                Add(lost.Dequeue(), live.AddLost);
            }

            Add(chunk, live.Add);
        }

        while (lost.TryDequeue(out var chunk))
        {
            Add(chunk, live.AddLost);
        }

        AssertFigures(present, live);
        Assert.Null(live.Video(1000));
        return true;
    }));

    [Fact]
    public void Add_AChunkOutOfOrderOrTwice_IsAnError()
    {
        var chunks = LabelRows.Run(5).Select(Statistics).ToArray();
        var run = Filled(chunks);
        var before = Text(run.Total());
        Assert.All(chunks, chunk => Assert.Throws<ArgumentException>(() => run.Add(chunk)));
        Assert.Equal(before, Text(run.Total()));
    }

    [Fact]
    public void Add_AChunkOfAVideoOfAnotherLength_IsAnError()
    {
        var run = new RunStatistics();
        run.Add(new ChunkStatistics(new ChunkSpec(new ChunkId(0, 0), "v", 0, 10, 0, 10), 20));
        Assert.Throws<ArgumentException>(() => run.Add(new ChunkStatistics(new ChunkSpec(new ChunkId(0, 1), "v", 10, 10, 10, 20), 21)));
    }

    [Fact]
    public void AddLost_AChunkThatWasSearched_IsAnError() =>
        Assert.Throws<ArgumentException>(() => new RunStatistics().AddLost(LabelRows.Run(5).Select(Statistics).First(chunk => chunk.Labels.Faces > 0)));

    [Fact]
    public void Course_IsTheMeanOfEachPart()
    {
        var chunk = LabelRows.Run(8).Select(Statistics).First(chunk => chunk.Labels.Affect.N > 20);
        var course = VideoCourse.Of(chunk.Series);
        var bins = chunk.Series.Bins.ToDictionary(bin => bin.Key, bin => bin.Value);
        Assert.All([course.Valence, course.Arousal, course.Faces], line => Assert.Equal(TimeSeries.BinCount, line.Count));
        for (var part = 0; part < TimeSeries.BinCount; part++)
        {
            var bin = bins.GetValueOrDefault(part);
            AssertHundredths(bin.SumV, bin.Affect, course.Valence[part]);
            AssertHundredths(bin.SumA, bin.Affect, course.Arousal[part]);
            AssertHundredths(bin.Faces, bin.Frames, course.Faces[part]);
        }

        static void AssertHundredths(double sum, long n, int? actual)
        {
            Assert.Equal(n == 0, actual is null);
            Assert.True(n == 0 || Math.Abs((100 * sum / n) - actual!.Value) <= 0.5, $"{sum} / {n}: {actual}");
        }
    }

    [Fact]
    public void Merge_HasAnIdentity_BitForBit() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var some = Statistics(LabelRows.Run(seed)[0]).Labels;
        return Text(LabelStatistics.Merge(new LabelStatistics(), some)) == Text(some) && Text(LabelStatistics.Merge(some, new LabelStatistics())) == Text(some);
    }));

    [Fact]
    public void Merge_IsAssociative_ExactlyForCountsAndToRoundingForSums() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var parts = LabelRows.Run(seed, 3).Select(c => Statistics(c).Labels).ToArray();
        var (a, b, c) = (parts[0], parts[parts.Length / 2], parts[^1]);
        var left = LabelStatistics.Merge(LabelStatistics.Merge(a, b), c);
        var right = LabelStatistics.Merge(a, LabelStatistics.Merge(b, c));
        AssertSame(left, right);
        return true;
    }));

    [Fact]
    public void ChunkedStatistics_EqualThoseOfTheWhole()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            foreach (var video in LabelRows.Run(seed).GroupBy(c => c.Spec.Id.Video))
            {
                var all = video.ToList();
                var whole = new ChunkStatistics(new ChunkSpec(new ChunkId(video.Key, 0), "w", 0, (int)all[0].VideoFrames, 0, long.MaxValue), all[0].VideoFrames);
                all.SelectMany(c => c.Rows).ToList().ForEach(row => whole.Add(row, LabelRows.Thresholds));
                var run = Filled(all.Select(c => Statistics(c, countSkipped: false)));
                AssertSame(whole.Labels, run.Total());
                var (expected, actual) = (VideoFigures.Of(whole.Labels, whole.Series), run.Video(video.Key)!);
                Assert.Equal((expected.Frames, expected.TopExpression), (actual.Frames, actual.TopExpression));
                Assert.Equal(expected.Course.Faces, actual.Course.Faces);
                // Sums in another order can fall on the other side of a half.
                Assert.All(expected.Course.Valence.Zip(actual.Course.Valence), pair => Assert.InRange(Math.Abs((pair.First ?? 1000) - (pair.Second ?? 1000)), 0, 1));
            }
        }
    }

    [Fact]
    public void Accounting_Balances_AndTellsWhenAFrameIsMissing()
    {
        var run = LabelRows.Run(11);
        Assert.All(run, c => Assert.True(Statistics(c).Labels.Frames.IsBalanced));
        var unaccounted = run.First(c => c.Rows.Select(r => r.Frame).Distinct().Count() < c.Spec.FrameCount);
        Assert.False(Statistics(unaccounted, countSkipped: false).Labels.Frames.IsBalanced);
        Assert.True(Filled(run.Select(Statistics)).Total().Frames.IsBalanced);
    }

    [Fact]
    public void JsonRoundTrip_KeepsEveryBit_InAnyContext()
    {
        foreach (var chunk in LabelRows.Run(3).Select(Statistics))
        {
            var text = JsonSerializer.Serialize(chunk);
            var back = JsonSerializer.Deserialize<ChunkStatistics>(text)!;
            Assert.Equal(text, JsonSerializer.Serialize(back));
            Assert.Equal(chunk.Chunk, back.Chunk);
            Assert.Equal(chunk.Labels.Affect.SumVA, back.Labels.Affect.SumVA);
            Assert.True(text.Length < 12_000, $"{text.Length} characters for one chunk");
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"version":2,"chunk":"v000000-c00000","labels":{},"series":[10]}""")]
    [InlineData("""{"version":1,"chunk":"nonsense","labels":{},"series":[10]}""")]
    [InlineData("""{"version":1,"chunk":"v000000-c00000","labels":null,"series":[10]}""")]
    [InlineData("""{"version":1,"chunk":"v000000-c00000","labels":{},"series":[0]}""")]
    [InlineData("""{"version":1,"chunk":"v000000-c00000","labels":{},"series":[10,120,1,1,1,0,0]}""")]
    [InlineData("""{"version":1,"chunk":"v000000-c00000","labels":{"facesPerFrame":[3,5,1]},"series":[10]}""")]
    [InlineData("""{"version":1,"chunk":"v000000-c00000","labels":{"facesPerFrame":[3,1,1]},"series":[10]}""")]
    [InlineData("""{"version":1,"chunk":"v000000-c00000","labels":{"expressions":{"sums":[1]}},"series":[10]}""")]
    [InlineData("""{"version":1,"chunk":"v000000-c00000","labels":{"faceSize":["score",[18]]},"series":[10]}""")]
    public void Json_OfAnotherShape_IsRefused(string text)
    {
        if (text == "null")
        {
            Assert.Null(JsonSerializer.Deserialize<ChunkStatistics>(text));
            return;
        }

        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ChunkStatistics>(text));
    }

    [Fact]
    public void Add_RowsOutOfOrder_IsAnError()
    {
        var random = new Random(1);
        var chunk = new ChunkStatistics(new ChunkSpec(default, "v", 0, 10, 0, 10), 10);
        chunk.Add(LabelRows.Face(random, "v", 0, 0), LabelRows.Thresholds);
        Assert.Throws<ArgumentException>(() => chunk.Add(LabelRows.Face(random, "v", 0, 0), LabelRows.Thresholds));
        Assert.Throws<ArgumentException>(() => chunk.Add(LabelRows.Face(random, "v", 0, 2), LabelRows.Thresholds));
        Assert.Throws<ArgumentException>(() => chunk.Add(LabelRows.Face(random, "v", 1, 1), LabelRows.Thresholds));
        Assert.Throws<ArgumentException>(() => chunk.Add(LabelRows.Row("v", 0, FrameStatus.NoFace), LabelRows.Thresholds));
        Assert.Throws<ArgumentOutOfRangeException>(() => chunk.Add(LabelRows.Row("v", 10, FrameStatus.NoFace), LabelRows.Thresholds));
    }

    internal static ChunkStatistics Statistics((ChunkSpec Spec, long VideoFrames, List<LabelRow> Rows) chunk) => Statistics(chunk, countSkipped: true);

    private static ChunkStatistics Statistics((ChunkSpec Spec, long VideoFrames, List<LabelRow> Rows) chunk, bool countSkipped)
    {
        var statistics = new ChunkStatistics(chunk.Spec, chunk.VideoFrames);
        chunk.Rows.ForEach(row => statistics.Add(row, LabelRows.Thresholds));
        if (countSkipped)
        {
            statistics.AddSkipped("sampling", chunk.Spec.FrameCount - chunk.Rows.Select(r => r.Frame).Distinct().Count());
        }

        return statistics;
    }

    private static RunStatistics Filled(IEnumerable<ChunkStatistics> chunks)
    {
        var run = new RunStatistics();
        foreach (var chunk in chunks)
        {
            run.Add(chunk);
        }

        return run;
    }

    private static ChunkStatistics Lost((ChunkSpec Spec, long VideoFrames, List<LabelRow> Rows) chunk)
    {
        var lost = new ChunkStatistics(chunk.Spec, chunk.VideoFrames);
        lost.AddFailed(chunk.Spec.Id.Chunk % 2 == 0 ? "decode" : "worker-lost", chunk.Spec.FrameCount - 1);
        lost.AddSkipped("sampling", 1);
        return lost;
    }

    private static bool IsLost(ChunkStatistics chunk) => chunk.Labels.Frames is { WithFace: 0, WithoutFace: 0 };

    /// <summary>The documented order, written down plainly: chunks of a video by number, then videos by number.</summary>
    private static void AssertFigures(IEnumerable<ChunkStatistics> chunks, RunStatistics actual)
    {
        var total = new LabelStatistics();
        foreach (var video in chunks.GroupBy(c => c.Chunk.Video).OrderBy(g => g.Key))
        {
            var series = new TimeSeries(video.First().Series.FrameCount);
            var labels = new LabelStatistics();
            foreach (var chunk in video.OrderBy(c => c.Chunk))
            {
                labels = LabelStatistics.Merge(labels, chunk.Labels);
                series.Add(chunk.Series);
            }

            Assert.Equal(JsonSerializer.Serialize(VideoFigures.Of(labels, series)), JsonSerializer.Serialize(actual.Video(video.Key)));
            total = LabelStatistics.Merge(total, labels);
        }

        Assert.Equal(Text(total), Text(actual.Total()));
    }

    private static string Text(LabelStatistics labels) => JsonSerializer.Serialize(labels, Json);

    /// <summary>Integers exactly; sums of doubles to a relative 1e-12 (n below 1e4, magnitudes up to 1, eps 2.2e-16).</summary>
    private static void AssertSame(LabelStatistics a, LabelStatistics b)
    {
        using var left = JsonDocument.Parse(Text(a));
        using var right = JsonDocument.Parse(Text(b));
        Compare(left.RootElement, right.RootElement, "");
    }

    private static void Compare(JsonElement a, JsonElement b, string path)
    {
        Assert.Equal(a.ValueKind, b.ValueKind);
        switch (a.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(a.EnumerateObject().Select(p => p.Name), b.EnumerateObject().Select(p => p.Name));
                foreach (var (x, y) in a.EnumerateObject().Zip(b.EnumerateObject()))
                {
                    Compare(x.Value, y.Value, path + "." + x.Name);
                }

                break;
            case JsonValueKind.Array:
                Assert.Equal(a.GetArrayLength(), b.GetArrayLength());
                foreach (var (x, y) in a.EnumerateArray().Zip(b.EnumerateArray()))
                {
                    Compare(x, y, path + "[]");
                }

                break;
            case JsonValueKind.Number when a.TryGetInt64(out var whole) && b.TryGetInt64(out var other):
                Assert.True(whole == other, $"{path}: {whole} and {other}");
                break;
            case JsonValueKind.Number:
                Assert.True(Math.Abs(a.GetDouble() - b.GetDouble()) <= 1e-12 * Math.Max(100, Math.Abs(a.GetDouble())), $"{path}: {a} and {b}");
                break;
            default:
                Assert.Equal(a.ToString(), b.ToString());
                break;
        }
    }
}

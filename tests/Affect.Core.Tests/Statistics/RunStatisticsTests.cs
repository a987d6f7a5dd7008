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

    [Fact]
    public void Figures_DoNotDependOnTheOrderInWhichChunksArrive()
    {
        var shuffled = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var chunks = LabelRows.Run(seed).Select(Statistics).ToList();
            var ordered = Filled(chunks);
            var order = chunks.ToArray();
            new Random(seed ^ 77).Shuffle(order);
            shuffled += order.SequenceEqual(chunks) ? 0 : 1;
            return Text(ordered.Total()) == Text(Filled(order).Total())
                && ordered.Videos.Select(v => Text(v.Labels)).SequenceEqual(Filled(order).Videos.Select(v => Text(v.Labels)))
                && ordered.Videos.Select(v => JsonSerializer.Serialize(v.Series)).SequenceEqual(Filled(order).Videos.Select(v => JsonSerializer.Serialize(v.Series)));
        }));
        Assert.True(shuffled > 30, $"only {shuffled} runs were really shuffled");
    }

    [Fact]
    public void LiveFigures_EqualTheFinalOnesOfTheSameChunks_BitForBit()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var chunks = LabelRows.Run(seed, 4).Select(Statistics).ToArray();
            new Random(seed).Shuffle(chunks);
            var live = new RunStatistics();
            for (var n = 0; n < chunks.Length; n++)
            {
                Assert.True(live.Add(chunks[n]));

                // Reading in between (which caches snapshots) must not change what comes later.
                Assert.Equal(Text(Naive(chunks.Take(n + 1))), Text(live.Total()));
            }
        }
    }

    [Fact]
    public void Snapshots_StayWhatTheyWere()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var chunks = LabelRows.Run(seed, 4).Select(Statistics).ToArray();
            var live = new RunStatistics();
            var seen = new List<(VideoStatistics Snapshot, string Labels, string Series)>();
            foreach (var chunk in chunks)
            {
                live.Add(chunk);
                seen.AddRange(live.Videos.Select(v => (v, Text(v.Labels), JsonSerializer.Serialize(v.Series))));
            }

            Assert.All(seen, s => Assert.Equal((s.Labels, s.Series), (Text(s.Snapshot.Labels), JsonSerializer.Serialize(s.Snapshot.Series))));
        }
    }

    [Fact]
    public void Add_TheSameChunkTwice_ChangesNothing()
    {
        var chunks = LabelRows.Run(5).Select(Statistics).ToArray();
        var run = Filled(chunks);
        var before = Text(run.Total());
        Assert.All(chunks, chunk => Assert.False(run.Add(chunk)));
        Assert.Equal(before, Text(run.Total()));
        Assert.Equal(chunks.Length, run.Chunks);
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
                var parts = run.Video(video.Key)!.Series.Bins.ToList();
                Assert.Equal(whole.Series.Bins.Select(b => (b.Key, b.Value.Frames, b.Value.Faces)), parts.Select(b => (b.Key, b.Value.Frames, b.Value.Faces)));
                Assert.All(whole.Series.Bins.Zip(parts), pair => Assert.Equal(pair.First.Value.SumV, pair.Second.Value.SumV, 9));
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

    /// <summary>The documented order, written down plainly: chunks of a video by number, then videos by number.</summary>
    private static LabelStatistics Naive(IEnumerable<ChunkStatistics> chunks) => chunks
        .GroupBy(c => c.Chunk.Video).OrderBy(g => g.Key)
        .Select(video => video.OrderBy(c => c.Chunk).Aggregate(new LabelStatistics(), (sum, c) => LabelStatistics.Merge(sum, c.Labels)))
        .Aggregate(new LabelStatistics(), LabelStatistics.Merge);

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

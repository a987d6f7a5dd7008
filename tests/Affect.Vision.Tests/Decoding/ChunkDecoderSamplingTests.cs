using Affect.Vision.Decoding;
using Affect.Vision.Tests.Fixtures;

namespace Affect.Vision.Tests.Decoding;

/// <summary>A selection of ranks is delivered exactly, the rest never leaves ffmpeg.</summary>
public sealed class ChunkDecoderSamplingTests
{
    [Theory]
    [InlineData("h264", 7)]
    [InlineData("vfr", 5)]
    [InlineData("ts-mid-gop", 3)]
    [InlineData("vp9", 25)]
    [InlineData("rotated-90", 10)]
    [InlineData("h264-avi", 10)]
    public async Task EveryNth_GivesExactlyThoseFrames(string name, int every)
    {
        var path = OddVideos.Get(name);
        var probe = await Decodes.ProbeAsync(path);
        var (whole, _) = await Decodes.DecodeAllAsync(path, probe, int.MaxValue);
        var sampled = new List<GotFrame>();
        foreach (var chunk in Decodes.Chunks(probe.Index, 40))
        {
            var ranks = Enumerable.Range((int)chunk.FirstFrame, chunk.FrameCount).Where(r => r % every == 0).ToArray();
            var (frames, outcome) = await Decodes.DecodeAsync(path, probe, chunk, ranks);
            Assert.Empty(outcome.Missing);
            Assert.Equal(0, outcome.UnexpectedPictures);
            sampled.AddRange(frames);
        }

        Assert.Equal(whole.Where(f => f.Rank % every == 0), sampled);
    }

    [Fact]
    public async Task OneRankInTheMiddleOfAGop_IsThatFrame()
    {
        var path = Videos.Get("h264-open-gop-mkv");
        var probe = await Decodes.ProbeAsync(path);
        var (whole, _) = await Decodes.DecodeAllAsync(path, probe, int.MaxValue);
        var chunk = Decodes.Chunks(probe.Index, int.MaxValue)[0];
        foreach (var rank in (int[])[0, 24, 25, 26, 60, 99, 124])
        {
            var (frames, outcome) = await Decodes.DecodeAsync(path, probe, chunk, [rank]);
            Assert.Equal(whole[rank], Assert.Single(frames));
            Assert.Equal(1, outcome.Attempts);
        }
    }

    [Fact]
    public async Task NoRanks_StartsNothing()
    {
        var path = Videos.Get("h264");
        var probe = await Decodes.ProbeAsync(path);
        var (frames, outcome) = await Decodes.DecodeAsync(path, probe, Decodes.Chunks(probe.Index, 50)[0], []);
        Assert.Empty(frames);
        Assert.Equal(0, outcome.Attempts);
    }

    [Fact]
    public async Task RanksOutsideTheChunk_AreRefused()
    {
        var path = Videos.Get("h264");
        var probe = await Decodes.ProbeAsync(path);
        var chunk = Decodes.Chunks(probe.Index, 50)[1];
        await Assert.ThrowsAsync<ArgumentException>(() => Decodes.DecodeAsync(path, probe, chunk, [0]));
        await Assert.ThrowsAsync<ArgumentException>(() => Decodes.DecodeAsync(path, probe, chunk, [(int)chunk.FirstFrame + 1, (int)chunk.FirstFrame]));
    }

    /// <summary>The expression against a plain search, on seeded selections.</summary>
    [Fact]
    public void SelectExpression_HoldsExactlyTheSelection()
    {
        var random = new Random(20261122);
        var several = 0;
        for (var round = 0; round < 200; round++)
        {
            var step = random.Next(1, 9);
            var pts = Enumerable.Range(0, random.Next(2, 60)).Select(i => (long)(i * step) + (i * i % 3 == 0 ? 0 : 1)).Distinct().Order().ToArray();
            var ranks = Enumerable.Range(0, pts.Length).Where(_ => random.Next(3) == 0).ToArray();
            if (ranks.Length == 0 || SelectExpression.Build(pts, ranks) is not { } expression)
            {
                continue;
            }

            several++;
            for (var i = 0; i < pts.Length; i++)
            {
                Assert.Equal(ranks.Contains(i), Evaluate(expression, pts[i]));
            }
        }

        Assert.True(several > 100);
    }

    [Fact]
    public void SelectExpression_TooLong_IsLeftToTheReader()
    {
        var pts = Enumerable.Range(0, 20_000).Select(i => (long)i * 512).ToArray();
        Assert.Null(SelectExpression.Build(pts, Enumerable.Range(0, 10_000).Select(i => i * 2).ToArray()));
    }

    /// <summary>Naive evaluator of the three functions used.</summary>
    private static bool Evaluate(string expression, long pts)
    {
        var open = expression.IndexOf('(', StringComparison.Ordinal);
        var arguments = Split(expression[(open + 1)..^1]);
        return expression[..open] switch
        {
            "eq" => long.Parse(arguments[1], null) == pts,
            "lt" => pts < long.Parse(arguments[1], null),
            "between" => pts >= long.Parse(arguments[1], null) && pts <= long.Parse(arguments[2], null),
            "if" => Evaluate(arguments[0], pts) ? Evaluate(arguments[1], pts) : Evaluate(arguments[2], pts),
            var other => throw new InvalidOperationException(other),
        };
    }

    private static List<string> Split(string arguments)
    {
        var parts = new List<string> { "" };
        var depth = 0;
        foreach (var c in arguments)
        {
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0)
            {
                parts.Add("");
            }
            else
            {
                parts[^1] += c;
            }
        }

        return parts;
    }
}

using Affect.Core.Video;
using Affect.Vision.Tests.Fixtures;

namespace Affect.Vision.Tests.Decoding;

/// <summary>Every kind of file: the index lists what a sequential decode presents, and any cutting into chunks gives the same frames.</summary>
public sealed class ChunkDecoderFormatTests
{
    /// <summary>Sources whose conversion the reference repeats with a filter of its own; null where ffmpeg's plain output is the reference.</summary>
    private static readonly Dictionary<string, string> Conversions = new()
    {
        ["10-bit"] = "format=yuv420p",
        ["422"] = "format=yuv420p",
        ["mjpeg-422"] = "scale=in_range=full:out_range=full,format=yuvj420p",
        ["rgb"] = "scale=out_color_matrix=bt601:out_range=full,format=yuv444p",
        ["size-changes"] = "scale=320:240",
    };

    /// <summary>Containers that give some packets no PTS.</summary>
    private static readonly string[] WithoutPts = ["h264-avi", "h264-raw", "mpeg4-packed", "mpeg-ps"];

    public static TheoryData<string> Names => [.. Videos.Names.Concat(OddVideos.Makers.Keys).Except(["clock-set-back"])];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task AnyChunking_GivesTheFramesOfASequentialDecode(string name)
    {
        var path = OddVideos.Get(name);
        var probe = await Decodes.ProbeAsync(path);
        var expected = Reference.Decode(path, probe.Video, Conversions.GetValueOrDefault(name));
        Assert.Equal(WithoutPts.Contains(name) ? FrameTiming.Order : FrameTiming.Pts, probe.Video.Timing);
        Assert.True(expected.Count >= 30, $"The fixture has only {expected.Count} frames.");
        Assert.Equal(expected.Select(f => f.Pts), probe.Index.Pts.ToArray());

        var (whole, wholeOutcomes) = await Decodes.DecodeAllAsync(path, probe, int.MaxValue);
        Assert.Equal(expected.Select((f, i) => (i, f.Pts, f.Md5)), whole.Select(f => (f.Rank, f.Pts, f.Md5)));
        Assert.All(whole, f => Assert.Equal((probe.Video.Width, probe.Video.Height), (f.Width, f.Height)));
        Assert.Equal(0, Assert.Single(wholeOutcomes).UnexpectedPictures);

        var (parts, outcomes) = await Decodes.DecodeAllAsync(path, probe, 20);
        Assert.Equal(whole, parts);
        Assert.All(outcomes, o => Assert.Empty(o.Missing));
        Assert.All(outcomes, o => Assert.Null(o.Failure));
        Assert.Equal(0, outcomes.Sum(o => o.UnexpectedPictures));
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{name}: {whole.Count} frames, {outcomes.Count} chunks, {outcomes.Sum(o => o.Attempts)} processes, notes {string.Join(", ", probe.Notes)}");
    }
}

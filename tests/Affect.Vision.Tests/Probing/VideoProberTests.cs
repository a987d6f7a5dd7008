using Affect.Core.Video;
using Affect.Vision.Probing;
using Affect.Vision.Tests.Fixtures;

namespace Affect.Vision.Tests.Probing;

public sealed class VideoProberTests
{
    [Theory]
    [InlineData("h264", "h264", "yuv420p", 0, false, false)]
    [InlineData("rotated-90", "h264", "yuv420p", 90, false, false)]
    [InlineData("rotated-180", "h264", "yuv420p", 180, false, false)]
    [InlineData("rotated-270", "h264", "yuv420p", 270, false, false)]
    [InlineData("vfr", "h264", "yuv420p", 0, true, false)]
    [InlineData("vp9", "vp9", "yuv420p", 0, false, false)]
    [InlineData("full-range", "h264", "yuvj420p", 0, false, true)]
    [InlineData("10-bit", "h264", "yuv420p10le", 0, false, false)]
    [InlineData("ts", "h264", "yuv420p", 0, false, false)]
    public async Task Describe_SaysWhatTheStreamIs(string name, string codec, string pixelFormat, int rotation, bool variable, bool fullRange)
    {
        var (video, index, _) = await Decodes.ProbeAsync(OddVideos.Get(name));
        Assert.Equal((codec, pixelFormat, rotation, variable, fullRange), (video.Codec, video.PixelFormat, video.RotationDegrees, video.IsVariableFrameRate, video.IsFullRange));
        Assert.Equal((320, 240), (video.CodedWidth, video.CodedHeight));
        Assert.Equal(rotation is 90 or 270 ? (240, 320) : (320, 240), (video.Width, video.Height));
        Assert.Equal("bt601", video.ColourMatrix);
        Assert.InRange(video.DurationSeconds, 4.9, 5.1);
        Assert.Equal(0, index.Keyframes[0]);
    }

    [Fact]
    public async Task MatrixIsTheTagged_OrGuessedBySize()
    {
        Assert.Equal("bt709", Colour.Matrix("bt709", 320, 240));
        Assert.Equal("bt601", Colour.Matrix("smpte170m", 1920, 1080));
        Assert.Equal("bt2020", Colour.Matrix("bt2020nc", 1920, 1080));
        Assert.Equal("bt709", Colour.Matrix("unknown", 1280, 720));
        Assert.Equal("bt601", Colour.Matrix("unknown", 720, 576));
        Assert.Equal("bt601", (await Decodes.ProbeAsync(Videos.Get("h264"))).Video.ColourMatrix);
    }

    /// <summary>Streams without usable time stamps are known by order: one chunk, every picture once.</summary>
    [Theory]
    [InlineData("h264-raw", 125)]
    [InlineData("clock-set-back", 250)]
    public async Task UnusableTimeStamps_GiveOneChunkInOrder(string name, int frameCount)
    {
        var path = OddVideos.Get(name);
        var probe = await Decodes.ProbeAsync(path);
        Assert.Equal(FrameTiming.Order, probe.Video.Timing);
        Assert.Equal(frameCount, probe.Index.FrameCount);
        Assert.Equal([0], probe.Index.Keyframes.ToArray());
        var expected = Reference.Decode(path, probe.Video, null);
        var (frames, outcomes) = await Decodes.DecodeAllAsync(path, probe, 20);
        Assert.Equal(expected.Select(f => f.Md5), frames.Select(f => f.Md5));
        Assert.Empty(Assert.Single(outcomes).Missing);
        var (some, outcome) = await Decodes.DecodeAsync(path, probe, Decodes.Chunks(probe.Index, 20)[0], [3, 50, 60]);
        Assert.Equal([frames[3], frames[50], frames[60]], some);
        Assert.Empty(outcome.Missing);
    }

    [Fact]
    public async Task HiddenFramesOfVp8_AreNoFrames()
    {
        var probe = await Decodes.ProbeAsync(OddVideos.Get("vp8-hidden"));
        Assert.Contains(probe.Notes, n => n.Anomaly == ProbeAnomaly.PacketsAreNotFrames);
        Assert.Equal(125, probe.Index.FrameCount);
        Assert.True(probe.Index.Keyframes.Length > 2);
    }

    [Fact]
    public async Task OfSeveralVideoStreams_TheDefaultOneIsTaken()
    {
        var path = Path.Combine(TestFolders.CreateTemporary(), "two.mkv");
        FfmpegRun.Run([
            "-v", "error", "-i", Videos.Get("vp9-odd-size"), "-i", Videos.Get("h264"), "-map", "0", "-map", "1", "-c", "copy", "-disposition:0", "0",
            "-disposition:1", "default", path,
        ]);
        var probe = await Decodes.ProbeAsync(path);
        Assert.Equal(("h264", 1), (probe.Video.Codec, probe.Video.StreamIndex));
        Assert.Contains(new ProbeNote(ProbeAnomaly.SeveralVideoStreams, 1), probe.Notes);
        var (frames, outcomes) = await Decodes.DecodeAllAsync(path, probe, 20);
        Assert.Equal(125, frames.Count);
        Assert.All(outcomes, o => Assert.Empty(o.Missing));
    }

    [Fact]
    public async Task Probe_TakesBelowASecondToStart()
    {
        var path = Videos.Get("h264");
        await Decodes.ProbeAsync(path);
        var start = TimeProvider.System.GetTimestamp();
        await Decodes.ProbeAsync(path);
        var elapsed = TimeProvider.System.GetElapsedTime(start);
        TestContext.Current.TestOutputHelper!.WriteLine($"{elapsed.TotalMilliseconds:F0} ms");
        // Far above what it takes (tens of milliseconds), so that a busy machine does not fail it.
        Assert.True(elapsed < TimeSpan.FromSeconds(10));
    }
}

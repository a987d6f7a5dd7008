using Affect.Vision.Decoding;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Tests.Fixtures;

namespace Affect.Vision.Tests.Decoding;

public sealed class CodecTrialTests : IDisposable
{
    private static readonly string[] All = ["av1", "h264", "hevc", "mjpeg", "mpeg2video", "mpeg4", "vp8", "vp9"];

    private readonly string _scratch = Directory.CreateTempSubdirectory("affect-test-").FullName;

    [Fact]
    public async Task Samples_AreWhatTheyAreCalled_AndDecodeInSoftware()
    {
        Assert.Equal(All, CodecTrial.Codecs);
        Assert.Equal(All, await new CodecTrial(FfmpegTools.Find(null), _scratch, TimeProvider.System).DecodableAsync(VideoDecoder.Cpu, default));
    }

    /// <summary>A device without AV1, as ffmpeg presents it: an error and an exit code, for that stream only.</summary>
    [Theory]
    [InlineData(VideoDecoder.Cuda, "cuda")]
    [InlineData(VideoDecoder.Vaapi, "vaapi")]
    public async Task Codec_ThatTheDeviceRefuses_IsLeftOut(VideoDecoder decoder, string name)
    {
        using var ffmpeg = new StandIn(
            $"""
            #!/bin/sh
            case "$*" in
              *"-hwaccel {name} -hwaccel_output_format {name} -i "*"hwdownload"* | *"-hwaccel {name} -hwaccel_output_format {name} -c:v av1 -i "*av1*"hwdownload"*) ;;
              *) exit 3 ;;
            esac
            case "$*" in
              *av1.mkv*) echo "Failed setup for format {name}: hwaccel initialisation returned error." >&2; exit 1 ;;
            esac
            exit 0
            """);
        var trial = new CodecTrial(ffmpeg.Tools, _scratch, TimeProvider.System);
        Assert.Equal(All.Where(codec => codec != "av1"), await trial.DecodableAsync(decoder, default));
    }

    [Fact]
    public async Task NoDevice_DecodesNothing()
    {
        Assert.SkipWhen(File.Exists("/dev/nvidia0"), "This machine has an NVIDIA device.");
        Assert.Empty(await new CodecTrial(FfmpegTools.Find(null), _scratch, TimeProvider.System).DecodableAsync(VideoDecoder.Cuda, default));
    }

    public void Dispose()
    {
        // The streams are gone with the trial.
        Directory.Delete(_scratch);
    }
}

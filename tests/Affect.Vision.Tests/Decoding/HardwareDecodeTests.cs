using Affect.Core.Failures;
using Affect.Vision.Decoding;
using Affect.Vision.Frames;
using Affect.Vision.Tests.Fixtures;

namespace Affect.Vision.Tests.Decoding;

/// <summary>
/// What is asked of ffmpeg for a hardware decoder, with a stand-in for the GPU: it decodes in software and gives pictures in the layouts that a GPU's have. (That GPUs give the
/// same pictures is not shown here: docs/decisions/2026-11-26-gpu.md.)
/// </summary>
public sealed class HardwareDecodeTests
{
    /// <summary>Of the download only the layout stays; values are kept in their range as on a GPU.</summary>
    private static string Gpu(bool isFullRange) =>
        $$"""
        #!/bin/bash
        echo "$*" >>"$(dirname "$0")/calls"
        arguments=() range={{(isFullRange ? "full" : "limited")}} hardware=no
        while [ $# != 0 ]; do
          case $1 in
            -hwaccel | -hwaccel_output_format) hardware=$2; shift ;;
            -c:v) [ "$2" = av1 ] && [ $hardware != no ] && [[ "$*" = *" -i "* ]] || arguments+=("$1" "$2"); shift ;;
            -vf) arguments+=("$1" "${2/hwdownload,format=/scale=in_range=$range:out_range=$range,format=}"); shift ;;
            *) arguments+=("$1") ;;
          esac
          shift
        done
        exec '{{Decodes.Tools.Ffmpeg}}' "${arguments[@]}"
        """;

    private static readonly string NoGpu =
        $$"""
        #!/bin/bash
        echo "$*" >>"$(dirname "$0")/calls"
        [[ "$*" != *-hwaccel* ]] || { echo "no device" >&2; exit 1; }
        exec '{{Decodes.Tools.Ffmpeg}}' "$@"
        """;

    [Theory]
    [InlineData("h264")]
    [InlineData("hevc-mkv")]
    [InlineData("vp9-odd-size")]
    [InlineData("av1")]
    [InlineData("10-bit")]
    [InlineData("444")]
    [InlineData("gray")]
    [InlineData("mjpeg")]
    [InlineData("full-range")]
    [InlineData("vfr")]
    [InlineData("rotated-90")]
    [InlineData("rotated-180")]
    [InlineData("rotated-270")]
    public async Task Pictures_AreThoseOfTheCpu(string name)
    {
        var path = OddVideos.Get(name);
        var probe = await Decodes.ProbeAsync(path);
        using var ffmpeg = new StandIn(Gpu(probe.Video.IsFullRange));
        var chunk = Decodes.Chunks(probe.Index, 40)[^1];
        var (expected, _) = await Decodes.DecodeAsync(path, probe, chunk);
        var options = new DecodeOptions { Decoder = new ChosenDecoder(VideoDecoder.Cuda, "a stand-in") };
        var (frames, outcome) = await Decodes.DecodeAsync(path, probe, chunk, options: options, tools: ffmpeg.Tools);
        Assert.Null(outcome.Failure);
        Assert.All(ffmpeg.Calls, call => Assert.Contains("-hwaccel cuda -hwaccel_output_format cuda", call, StringComparison.Ordinal));
        Assert.Equal(name == "av1", ffmpeg.Calls.Any(call => call.Contains("-c:v av1 -noautorotate", StringComparison.Ordinal)));
        Assert.Equal(expected, frames);
    }

    [Fact]
    public async Task Auto_WhatTheHardwareRefuses_IsDecodedOnTheCpu_AndNotTriedAgain()
    {
        using var ffmpeg = new StandIn(NoGpu);
        // Rotated, so that the stand-in sees the CPU's decodes too.
        var path = OddVideos.Get("rotated-90");
        var probe = await Decodes.ProbeAsync(path);
        var chunks = Decodes.Chunks(probe.Index, 20);
        Assert.True(chunks.Count > 1);
        var options = new DecodeOptions { Decoder = new ChosenDecoder(VideoDecoder.Cuda, "a stand-in", IsAuto: true) };
        await using var decoder = new ChunkDecoder(ffmpeg.Tools, new FrameBufferPool(), TimeProvider.System);
        foreach (var chunk in chunks)
        {
            var (frames, outcome) = await Decodes.DecodeAsync(decoder, path, probe, chunk, options: options);
            Assert.Null(outcome.Failure);
            Assert.Equal((await Decodes.DecodeAsync(path, probe, chunk)).Frames, frames);
        }

        Assert.Single(ffmpeg.Calls, call => call.Contains("-hwaccel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Auto_BrokenFile_IsAFailureOfTheFile()
    {
        using var ffmpeg = new StandIn(NoGpu);
        var path = OddVideos.Get("h264");
        var probe = await Decodes.ProbeAsync(path);
        var options = new DecodeOptions { Decoder = new ChosenDecoder(VideoDecoder.Cuda, "a stand-in", IsAuto: true) };
        var (frames, outcome) = await Decodes.DecodeAsync(path + ".gone", probe, Decodes.Chunks(probe.Index, 1000)[0], options: options, tools: ffmpeg.Tools);
        Assert.Empty(frames);
        Assert.NotEqual(FailureKind.UnsupportedCodec, outcome.Failure!.Kind);
    }

    [Fact]
    public async Task AskedFor_WhatTheHardwareRefuses_Fails_NamingCodecLayoutAndWayOut()
    {
        using var ffmpeg = new StandIn(NoGpu);
        var path = OddVideos.Get("h264");
        var probe = await Decodes.ProbeAsync(path);
        var options = new DecodeOptions { Decoder = new ChosenDecoder(VideoDecoder.Cuda, "a stand-in") };
        var (frames, outcome) = await Decodes.DecodeAsync(path, probe, Decodes.Chunks(probe.Index, 1000)[0], options: options, tools: ffmpeg.Tools);
        Assert.Empty(frames);
        Assert.Equal(FailureKind.UnsupportedCodec, outcome.Failure!.Kind);
        Assert.Contains("The cuda decoder cannot decode this h264 stream (yuv420p); use --decoder auto or cpu.", outcome.Failure.Message, StringComparison.Ordinal);
    }
}

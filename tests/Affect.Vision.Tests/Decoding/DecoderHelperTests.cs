using System.Diagnostics;
using Affect.Core.Corpora;
using Affect.Core.Failures;
using Affect.Vision.Decoding;
using Affect.Vision.Decoding.Helper;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Frames;
using Affect.Vision.Probing;
using Affect.Vision.Tests.Fixtures;

namespace Affect.Vision.Tests.Decoding;

/// <summary>The helper decodes what the program decodes, and its end is nobody else's.</summary>
public sealed class DecoderHelperTests : IDisposable
{
    /// <summary>Ends a process as a crash does; those of real crashes the runtime swallows where nothing crashed.</summary>
    private const string BadSystemCall = "SYS";
    private const string Stop = "STOP";

    private readonly string _folder = TestFolders.CreateTemporary();

    public DecoderHelperTests() => Assert.SkipWhen(HelperProgram.WhyNot(Decodes.Tools) is not null, $"No helper here: {HelperProgram.WhyNot(Decodes.Tools)}.");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("h264", 1)]
    [InlineData("h264", 5)]
    [InlineData("vp9", 3)]
    [InlineData("hevc-mkv", 7)]
    [InlineData("ts", 2)]
    public async Task Pictures_AreThoseOfTheProgram(string name, int every)
    {
        var path = Videos.Get(name);
        var probe = await Decodes.ProbeAsync(path);
        foreach (var chunk in Decodes.Chunks(probe.Index, 40))
        {
            var ranks = Enumerable.Range((int)chunk.FirstFrame, chunk.FrameCount).Where(r => r % every == 0).ToArray();
            var request = new DecodeRequest(path, EntryKind.Video, probe.Video, probe.Index, chunk, ranks);
            var (byHelper, outcome) = await FramesAsync(Decodes.Tools, request);
            var (byProgram, _) = await FramesAsync(ProgramOnly(), request);
            Assert.Equal(byProgram, byHelper);
            Assert.Equal(ranks.Length, byHelper.Count);
            Assert.StartsWith(Decodes.Tools.Ffmpeg, outcome.Command, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task HelperThatCrashes_LosesNoFrame()
    {
        var (request, undisturbed) = await WholeAsync("h264");
        var (frames, outcome) = await DisturbedAsync(request, BadSystemCall, TimeSpan.FromSeconds(30));
        Assert.Equal(undisturbed, frames);
        Assert.Empty(outcome.Missing);
        Assert.Equal(0, outcome.UnexpectedPictures);
        Assert.Equal(2, outcome.Attempts);
    }

    [Fact]
    public async Task HelperThatHangs_IsATimeout()
    {
        var (request, undisturbed) = await WholeAsync("h264");
        var (frames, outcome) = await DisturbedAsync(request, Stop, TimeSpan.FromMilliseconds(400));
        Assert.Equal(FailureKind.Timeout, outcome.Failure!.Kind);
        Assert.Equal(undisturbed.Count, frames.Count + outcome.Missing.Count);
        Assert.NotEmpty(outcome.Missing);
    }

    /// <summary>A consumer that lets go of nothing before it has everything gets more pictures than there are slots.</summary>
    [Fact]
    public async Task FramesThatAreHeld_DoNotStopTheHelper()
    {
        var (request, undisturbed) = await WholeAsync("h264");
        await using var decoder = new ChunkDecoder(Decodes.Tools, new FrameBufferPool(), TimeProvider.System);
        await using var decode = decoder.Start(request, new DecodeOptions { QueueFrames = 1 }, CancellationToken.None);
        var held = new List<DecodedFrame>();
        await foreach (var frame in decode.ReadFramesAsync(CancellationToken.None))
        {
            held.Add(frame);
        }

        Assert.Equal(undisturbed, held.Select(Decodes.Describe));
        held.ForEach(f => f.Dispose());
    }

    [Fact]
    public async Task OneHelper_DecodesOneChunkAfterAnother()
    {
        var path = Videos.Get("h264");
        var probe = await Decodes.ProbeAsync(path);
        await using var helpers = new DecoderHelpers(Decodes.Tools, TimeProvider.System);
        await using var decoder = new ChunkDecoder(Decodes.Tools, new FrameBufferPool(), TimeProvider.System, helpers);
        var first = await KnownAsync(helpers, DecodeOptions.DefaultStallLimit);
        foreach (var chunk in Decodes.Chunks(probe.Index, 30))
        {
            var (frames, _) = await FramesAsync(decoder, new DecodeRequest(path, EntryKind.Video, probe.Video, probe.Index, chunk, null), new DecodeOptions());
            Assert.Equal(chunk.FrameCount, frames.Count);
            Assert.Equal(first, await KnownAsync(helpers, DecodeOptions.DefaultStallLimit));
        }
    }

    [Fact]
    public void HelperWhoseOwnerIsGone_Ends()
    {
        using var process = Process.Start(new ProcessStartInfo(HelperProgram.DotNet, [HelperProgram.Location]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, process.ExitCode);
    }

    private static async Task<(DecodeRequest Request, List<GotFrame> Undisturbed)> WholeAsync(string name)
    {
        var path = Videos.Get(name);
        var probe = await Decodes.ProbeAsync(path);
        var request = new DecodeRequest(path, EntryKind.Video, probe.Video, probe.Index, Decodes.Chunks(probe.Index, 1000)[0], null);
        return (request, (await FramesAsync(Decodes.Tools, request)).Frames);
    }

    /// <summary>Decodes, and sends the helper a signal when the fifth picture is there.</summary>
    private static async Task<(List<GotFrame> Frames, DecodeOutcome Outcome)> DisturbedAsync(DecodeRequest request, string signal, TimeSpan stallLimit)
    {
        await using var helpers = new DecoderHelpers(Decodes.Tools, TimeProvider.System);
        await using var decoder = new ChunkDecoder(Decodes.Tools, new FrameBufferPool(), TimeProvider.System, helpers);
        var helper = await KnownAsync(helpers, stallLimit);
        return await FramesAsync(decoder, request, new DecodeOptions { QueueFrames = 1, StallLimit = stallLimit }, count =>
        {
            if (count == 5)
            {
                FfmpegRun.RunProgram("kill", [$"-{signal}", $"{helper}"]);
            }
        });
    }

    /// <summary>The process id of the helper that the next decode will use.</summary>
    private static async Task<int> KnownAsync(DecoderHelpers helpers, TimeSpan stallLimit)
    {
        var helper = await helpers.RentAsync(stallLimit);
        await helpers.ReturnAsync(helper);
        return helper.Process.Id;
    }

    /// <summary>An ffmpeg that no helper may stand in for.</summary>
    private FfmpegTools ProgramOnly()
    {
        var script = Path.Combine(_folder, "ffmpeg");
        File.WriteAllText(script, $"#!/bin/sh\nexec {Decodes.Tools.Ffmpeg} \"$@\"\n");
        FfmpegRun.RunProgram("chmod", ["+x", script]);
        var tools = new FfmpegTools(script, Decodes.Tools.Ffprobe);
        Assert.NotNull(HelperProgram.WhyNot(tools));
        return tools;
    }

    private static async Task<(List<GotFrame> Frames, DecodeOutcome Outcome)> FramesAsync(FfmpegTools tools, DecodeRequest request)
    {
        await using var decoder = new ChunkDecoder(tools, new FrameBufferPool(), TimeProvider.System);
        return await FramesAsync(decoder, request, new DecodeOptions());
    }

    private static async Task<(List<GotFrame> Frames, DecodeOutcome Outcome)> FramesAsync(
        ChunkDecoder decoder, DecodeRequest request, DecodeOptions options, Action<int>? afterFrame = null)
    {
        var frames = new List<GotFrame>();
        await using var decode = decoder.Start(request, options, CancellationToken.None);
        await foreach (var frame in decode.ReadFramesAsync(CancellationToken.None))
        {
            using (frame)
            {
                frames.Add(Decodes.Describe(frame));
            }

            afterFrame?.Invoke(frames.Count);
        }

        return (frames, decode.Outcome);
    }
}

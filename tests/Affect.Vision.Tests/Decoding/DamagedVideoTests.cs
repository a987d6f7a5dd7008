using Affect.Core.Failures;
using Affect.Vision.Decoding;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Frames;
using Affect.Vision.Probing;
using Affect.Vision.Tests.Fixtures;

namespace Affect.Vision.Tests.Decoding;

/// <summary>Damaged files: no crash, no hang, and every frame of the index is either delivered or missing with a reason.</summary>
public sealed class DamagedVideoTests : IDisposable
{
    private const int Seed = 20261122;

    private readonly string _folder = TestFolders.CreateTemporary();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("h264")]
    [InlineData("ts")]
    [InlineData("vp9")]
    [InlineData("mpeg4-packed")]
    [InlineData("hevc-mkv")]
    public async Task BitFlips_EveryFrameIsAccountedFor(string name)
    {
        var bytes = File.ReadAllBytes(Videos.Get(name));
        var random = new Random(Seed);
        int probed = 0, failed = 0;
        for (var round = 0; round < 10; round++)
        {
            var damaged = (byte[])bytes.Clone();
            var flips = 1 << random.Next(0, 10);
            for (var i = 0; i < flips; i++)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            var path = Path.Combine(_folder, $"{name}-{round}{Path.GetExtension(Videos.Get(name))}");
            File.WriteAllBytes(path, damaged);
            if (await ProbeAsync(path) is not ProbeResult.Found found)
            {
                failed++;
                continue;
            }

            probed++;
            await AssertAccountedAsync(path, found);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{name}: seed {Seed}, {probed} probed, {failed} refused");
        Assert.True(probed > 0, "Every damaged file was refused: the test is void.");
    }

    [Fact]
    public async Task TruncatedTransportStream_GivesTheFramesThatAreThere()
    {
        var bytes = File.ReadAllBytes(Videos.Get("ts"));
        var path = Path.Combine(_folder, "cut.ts");
        File.WriteAllBytes(path, bytes[..((bytes.Length * 2 / 3) + 11)]);
        var found = Assert.IsType<ProbeResult.Found>(await ProbeAsync(path));
        Assert.InRange(found.Index.FrameCount, 50, 110);
        var (frames, missing) = await AssertAccountedAsync(path, found);
        Assert.True(frames >= found.Index.FrameCount - 2, $"{missing} frames are missing.");
    }

    [Fact]
    public async Task FileThatShrankSinceItWasProbed_MissesFramesWithReason()
    {
        var path = Path.Combine(_folder, "shrunk.mkv");
        File.Copy(Videos.Get("h264-mkv"), path);
        var found = Assert.IsType<ProbeResult.Found>(await ProbeAsync(path));
        using (var file = File.OpenWrite(path))
        {
            file.SetLength(file.Length / 2);
        }

        var last = Decodes.Chunks(found.Index, 20)[^1];
        var (frames, outcome) = await Decodes.DecodeAsync(path, found, last);
        Assert.Empty(frames);
        Assert.Equal(last.FrameCount, outcome.Missing.Count);
        Assert.All(outcome.Missing, m => Assert.Equal(FailureKind.Decode, m.Kind));
        Assert.NotEmpty(outcome.Command);
    }

    [Fact]
    public async Task FileThatVanished_IsUnreadable()
    {
        var path = Path.Combine(_folder, "gone.mp4");
        File.Copy(Videos.Get("h264"), path);
        var found = Assert.IsType<ProbeResult.Found>(await ProbeAsync(path));
        File.Delete(path);
        var (_, outcome) = await Decodes.DecodeAsync(path, found, Decodes.Chunks(found.Index, 20)[0]);
        Assert.Equal(FailureKind.Unreadable, outcome.Failure!.Kind);
        Assert.All(outcome.Missing, m => Assert.Equal(FailureKind.Unreadable, m.Kind));
    }

    [Fact]
    public async Task ToolThatHangs_IsATimeout()
    {
        var found = await Decodes.ProbeAsync(Videos.Get("h264"));
        var script = Path.Combine(_folder, "ffmpeg");
        File.WriteAllText(script, "#!/bin/sh\necho 'thinking hard' >&2\nsleep 1000\n");
        FfmpegRun.RunProgram("chmod", ["+x", script]);
        await using var decoder = new ChunkDecoder(FfmpegTools.Find(script), new FrameBufferPool(), TimeProvider.System);
        await using var decode = decoder.Start(
            new DecodeRequest(Videos.Get("h264"), Core.Corpora.EntryKind.Video, found.Video, found.Index, Decodes.Chunks(found.Index, 1000)[0], null),
            new DecodeOptions { StallLimit = TimeSpan.FromMilliseconds(300) }, TestContext.Current.CancellationToken);
        await foreach (var frame in decode.ReadFramesAsync(TestContext.Current.CancellationToken))
        {
            frame.Dispose();
        }

        Assert.Equal(FailureKind.Timeout, decode.Outcome.Failure!.Kind);
        Assert.Equal("thinking hard", decode.Outcome.Failure.Detail);
        Assert.Equal(125, decode.Outcome.Missing.Count);
    }

    [Fact]
    public async Task ConsumerThatStopsEarly_EndsFfmpegAndGivesBackItsFrames()
    {
        var path = Videos.Get("h264");
        var found = await Decodes.ProbeAsync(path);
        var pool = new FrameBufferPool();
        await using var decoder = new ChunkDecoder(Decodes.Tools, pool, TimeProvider.System);
        var decode = decoder.Start(
            new DecodeRequest(path, Core.Corpora.EntryKind.Video, found.Video, found.Index, Decodes.Chunks(found.Index, 1000)[0], null),
            new DecodeOptions { QueueFrames = 2 }, TestContext.Current.CancellationToken);
        await foreach (var frame in decode.ReadFramesAsync(TestContext.Current.CancellationToken))
        {
            frame.Dispose();
            break;
        }

        await decode.DisposeAsync();
        Assert.Equal(0, pool.Rented);
    }

    [Fact]
    public async Task Cancellation_ReachesTheReaderAsSuch()
    {
        var path = Videos.Get("h264");
        var found = await Decodes.ProbeAsync(path);
        using var cancel = new CancellationTokenSource();
        var pool = new FrameBufferPool();
        await using var decoder = new ChunkDecoder(Decodes.Tools, pool, TimeProvider.System);
        await using (var decode = decoder.Start(
            new DecodeRequest(path, Core.Corpora.EntryKind.Video, found.Video, found.Index, Decodes.Chunks(found.Index, 1000)[0], null),
            new DecodeOptions { QueueFrames = 1 }, cancel.Token))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var frame in decode.ReadFramesAsync(TestContext.Current.CancellationToken))
                {
                    frame.Dispose();
                    await cancel.CancelAsync();
                }
            });
        }

        Assert.Equal(0, pool.Rented);
    }

    [Theory]
    [InlineData(VideoDecoder.Cuda)]
    [InlineData(VideoDecoder.Vaapi)]
    public async Task HardwareThatIsNotThere_FailsBeforeAnyWork(VideoDecoder decoder)
    {
        Assert.SkipWhen(File.Exists("/dev/nvidia0") || Directory.Exists("/dev/dri"), "This machine has a video device.");
        var choice = new DecoderChoice(Decodes.Tools, TimeProvider.System);
        var error = await Assert.ThrowsAsync<DecoderUnavailableException>(() => choice.ResolveAsync(decoder, TestContext.Current.CancellationToken));
        Assert.Contains("--decoder cpu", error.Message, StringComparison.Ordinal);
        var auto = await choice.ResolveAsync(VideoDecoder.Auto, TestContext.Current.CancellationToken);
        Assert.Equal(VideoDecoder.Cpu, auto.Decoder);
    }

    /// <summary>Asked for a device that is not there, a chunk fails; it is never decoded on the CPU instead.</summary>
    [Fact]
    public async Task HardwareAskedForUnchecked_IsNeverReplacedByTheCpu()
    {
        Assert.SkipWhen(File.Exists("/dev/nvidia0"), "This machine has an NVIDIA device.");
        var path = Videos.Get("h264");
        var found = await Decodes.ProbeAsync(path);
        var options = new DecodeOptions { Decoder = new ChosenDecoder(VideoDecoder.Cuda, "unchecked") };
        var (frames, outcome) = await Decodes.DecodeAsync(path, found, Decodes.Chunks(found.Index, 1000)[0], options: options);
        Assert.Empty(frames);
        Assert.Equal(FailureKind.UnsupportedCodec, outcome.Failure!.Kind);
    }

    private static Task<ProbeResult> ProbeAsync(string path) =>
        new VideoProber(Decodes.Tools, TimeProvider.System).ProbeAsync(path, TestContext.Current.CancellationToken);

    private static async Task<(int Delivered, int Missing)> AssertAccountedAsync(string path, ProbeResult.Found found)
    {
        int delivered = 0, missing = 0;
        foreach (var chunk in Decodes.Chunks(found.Index, 60))
        {
            var (frames, outcome) = await Decodes.DecodeAsync(path, found, chunk);
            Assert.Equal(chunk.FrameCount, frames.Count + outcome.Missing.Count);
            Assert.Equal(
                Enumerable.Range((int)chunk.FirstFrame, chunk.FrameCount),
                frames.Select(f => f.Rank).Concat(outcome.Missing.Select(m => m.Rank)).Order());
            Assert.All(outcome.Missing, m => Assert.NotEmpty(m.Reason));
            delivered += frames.Count;
            missing += outcome.Missing.Count;
        }

        return (delivered, missing);
    }
}

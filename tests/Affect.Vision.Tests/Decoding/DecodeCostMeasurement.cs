using System.Globalization;
using Affect.Core.Corpora;
using Affect.Vision.Decoding;
using Affect.Vision.Frames;
using Affect.Vision.Probing;
using Affect.Vision.Tests.Fixtures;

namespace Affect.Vision.Tests.Decoding;

/// <summary>
/// Not a test but the measurement behind docs/decisions/2026-11-22-decoding.md, so it only runs when asked for: <c>-explicit only</c>. CPU seconds (user and
/// system, this process and its children) of decoding a 720p clip with <c>ffmpeg -f null</c> and through <see cref="ChunkDecoder"/>, in turns; the smallest of
/// several rounds, as other work on the machine only ever adds.
/// </summary>
public sealed class DecodeCostMeasurement
{
    private const int Rounds = 5;

    [Fact(Explicit = true)]
    public async Task CpuSecondsAgainstFfmpegAlone()
    {
        var path = Environment.GetEnvironmentVariable("AFFECT_MEASURE_VIDEO") ?? Videos.Derive("720p", "mp4", "1", to =>
            FfmpegRun.Run(["-v", "error", "-nostdin", "-y", "-i", TestFolders.SampleClip, "-vf", "scale=1280:720,noise=alls=6:allf=t", "-c:v", "libx264", "-preset", "fast", "-crf", "23", to]));
        var probe = await Decodes.ProbeAsync(path);
        var variants = new Dictionary<string, Func<Task>>
        {
            ["ffmpeg null, 1 thread"] = () => BareAsync(path, 1),
            ["ffmpeg null, 2 threads"] = () => BareAsync(path, 2),
            ["frames, 1 thread, pipe 64 KiB"] = () => FramesAsync(path, probe, new DecodeOptions { PipeBytes = 1 << 16 }),
            ["frames, 1 thread, pipe 256 KiB"] = () => FramesAsync(path, probe, new DecodeOptions { PipeBytes = 1 << 18 }),
            ["frames, 1 thread, pipe 1 MiB"] = () => FramesAsync(path, probe, new DecodeOptions { PipeBytes = 1 << 20 }),
            ["frames, 2 threads, pipe 1 MiB"] = () => FramesAsync(path, probe, new DecodeOptions { Threads = 2 }),
            ["every 5th frame, 1 thread"] = () => FramesAsync(path, probe, new DecodeOptions(), 5),
        };
        var best = variants.Keys.ToDictionary(k => k, _ => double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (name, run) in variants)
            {
                var before = CpuSeconds();
                await run();
                best[name] = Math.Min(best[name], CpuSeconds() - before);
            }
        }

        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"{probe.Video.Width}x{probe.Video.Height} {probe.Video.Codec}, {probe.Index.FrameCount} frames, best of {Rounds}");
        foreach (var (name, seconds) in best)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34} {seconds,6:F2} s CPU {1000 * seconds / probe.Index.FrameCount,6:F2} ms a frame"));
        }
    }

    private static Task BareAsync(string path, int threads) => Task.Run(() => FfmpegRun.Run([
        "-v", "error", "-nostdin", "-threads", $"{threads}", "-filter_threads", "1", "-i", path, "-map", "0:0", "-fps_mode", "passthrough", "-f", "null", "-",
    ]));

    private static async Task FramesAsync(string path, ProbeResult.Found probe, DecodeOptions options, int every = 1)
    {
        var chunk = Decodes.Chunks(probe.Index, int.MaxValue)[0];
        var ranks = every == 1 ? null : Enumerable.Range(0, chunk.FrameCount).Where(r => r % every == 0).ToArray();
        await using var decoder = new ChunkDecoder(Decodes.Tools, new FrameBufferPool(), TimeProvider.System);
        await using var decode = decoder.Start(
            new DecodeRequest(path, EntryKind.Video, probe.Video, probe.Index, chunk, ranks), options, CancellationToken.None);
        await foreach (var frame in decode.ReadFramesAsync(CancellationToken.None))
        {
            frame.Dispose();
        }

        Assert.Empty(decode.Outcome.Missing);
    }

    /// <summary>User and system time of this process and of the children it has waited for (proc(5), stat fields 14 to 17, in 1/100 s).</summary>
    private static double CpuSeconds()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[11..15].Sum(f => long.Parse(f, CultureInfo.InvariantCulture)) / 100.0;
    }
}

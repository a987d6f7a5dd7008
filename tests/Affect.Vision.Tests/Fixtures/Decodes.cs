using System.Security.Cryptography;
using Affect.Core.Corpora;
using Affect.Core.Planning;
using Affect.Core.Video;
using Affect.Vision.Decoding;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Frames;
using Affect.Vision.Probing;

namespace Affect.Vision.Tests.Fixtures;

/// <summary>A frame delivered by the code under test.</summary>
internal sealed record GotFrame(int Rank, long Pts, int Width, int Height, string Md5);

/// <summary>Probing and decoding in short, for tests.</summary>
internal static class Decodes
{
    public static readonly FfmpegTools Tools = FfmpegTools.Find(null);

    public static async Task<ProbeResult.Found> ProbeAsync(string path)
    {
        var result = await new VideoProber(Tools, TimeProvider.System).ProbeAsync(path, TestContext.Current.CancellationToken);
        Assert.True(result is ProbeResult.Found, (result as ProbeResult.Failed)?.Failure.ToString());
        return (ProbeResult.Found)result;
    }

    /// <summary>Chunks by the planner's rule: keyframe segments are put together until they hold the target number of frames.</summary>
    public static List<ChunkSpec> Chunks(FrameIndex index, int targetFrames)
    {
        var chunks = new List<ChunkSpec>();
        var keyframes = index.Keyframes.ToArray();
        for (var k = 0; k < keyframes.Length;)
        {
            var first = keyframes[k];
            do
            {
                k++;
            }
            while (k < keyframes.Length && keyframes[k] - first < targetFrames);

            var end = k < keyframes.Length ? keyframes[k] : index.FrameCount;
            chunks.Add(new ChunkSpec(
                new ChunkId(0, chunks.Count), "test", first, end - first, index.Pts[first], end < index.FrameCount ? index.Pts[end] : long.MaxValue));
        }

        return chunks;
    }

    public static async Task<(List<GotFrame> Frames, DecodeOutcome Outcome)> DecodeAsync(
        string path, ProbeResult.Found probe, ChunkSpec chunk, int[]? ranks = null, DecodeOptions? options = null, EntryKind kind = EntryKind.Video, FfmpegTools? tools = null)
    {
        var pool = new FrameBufferPool();
        await using var decoder = new ChunkDecoder(tools ?? Tools, pool, TimeProvider.System);
        var result = await DecodeAsync(decoder, path, probe, chunk, ranks, options, kind);
        Assert.Equal(0, pool.Rented);
        return result;
    }

    public static async Task<(List<GotFrame> Frames, DecodeOutcome Outcome)> DecodeAsync(
        ChunkDecoder decoder, string path, ProbeResult.Found probe, ChunkSpec chunk, int[]? ranks = null, DecodeOptions? options = null, EntryKind kind = EntryKind.Video)
    {
        var frames = new List<GotFrame>();
        DecodeOutcome outcome;
        await using (var decode = decoder.Start(
            new DecodeRequest(path, kind, probe.Video, probe.Index, chunk, ranks), options ?? new DecodeOptions(), TestContext.Current.CancellationToken))
        {
            await foreach (var frame in decode.ReadFramesAsync(TestContext.Current.CancellationToken))
            {
                using (frame)
                {
                    frames.Add(Describe(frame));
                }
            }

            outcome = decode.Outcome;
        }

        Assert.Equal(frames.Count, outcome.Delivered);
        return (frames, outcome);
    }

    /// <summary>All frames by chunks of about this many.</summary>
    public static async Task<(List<GotFrame> Frames, List<DecodeOutcome> Outcomes)> DecodeAllAsync(
        string path, ProbeResult.Found probe, int targetFrames, EntryKind kind = EntryKind.Video)
    {
        var frames = new List<GotFrame>();
        var outcomes = new List<DecodeOutcome>();
        foreach (var chunk in Chunks(probe.Index, targetFrames))
        {
            var (part, outcome) = await DecodeAsync(path, probe, chunk, kind: kind);
            frames.AddRange(part);
            outcomes.Add(outcome);
        }

        return (frames, outcomes);
    }

    public static GotFrame Describe(DecodedFrame frame) => new(frame.Rank, frame.Pts, frame.Width, frame.Height, Md5(frame));

    /// <summary>Of the planes in order, without padding: the same bytes as ffmpeg's rawvideo.</summary>
    private static string Md5(DecodedFrame frame)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        for (var p = 0; p < frame.Layout.Planes.Length; p++)
        {
            var plane = frame.Layout.Planes[p];
            var samples = frame.Plane(p);
            for (var y = 0; y < plane.Height; y++)
            {
                hash.AppendData(samples.Slice(y * plane.Stride, plane.Width));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

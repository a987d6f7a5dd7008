using System.Globalization;
using Affect.Core.Failures;
using Affect.Core.Video;
using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Probing;

/// <summary>
/// Finds out what a video file holds and lists every frame that ffmpeg's decoder will present, from one pass over its packets; where the packets do not tell, from a decode.
/// A bad file is a value, <see cref="ProbeResult.Failed"/>; only a missing ffmpeg is thrown. Thread-safe.
/// </summary>
public sealed class VideoProber
{
    /// <summary>ffprobe or ffmpeg is ended when it gives no output for this long: a minute, which a slow network disk can take to seek.</summary>
    public static readonly TimeSpan DefaultStallLimit = TimeSpan.FromSeconds(60);

    /// <summary>Codecs whose packets may hold frames that are never shown (alternate reference frames), which no header tells.</summary>
    private static readonly HashSet<string> HiddenFrameCodecs = ["vp8"];

    private readonly FfprobeRun _ffprobe;
    private readonly DecodedTimes _decoded;

    public VideoProber(FfmpegTools tools, TimeProvider time)
        : this(tools, DefaultStallLimit, time)
    {
    }

    public VideoProber(FfmpegTools tools, TimeSpan stallLimit, TimeProvider time)
    {
        _ffprobe = new FfprobeRun(tools, stallLimit, time);
        _decoded = new DecodedTimes(tools, stallLimit, time);
    }

    /// <param name="path">A local file.</param>
    public async Task<ProbeResult> ProbeAsync(string path, CancellationToken cancellationToken)
    {
        if (LocalFile.WhyUnreadable(path) is { } unreadable)
        {
            return new ProbeResult.Failed(unreadable);
        }

        var (report, exit) = await _ffprobe.ReadPacketsAsync(path, cancellationToken).ConfigureAwait(false);
        if (exit.Stalled)
        {
            return Failed(FailureKind.Timeout, "ffprobe gave no answer within the time limit; the file may lie on a disk that hangs.", exit);
        }

        if (exit.WasEndedFromOutside)
        {
            return EndedFromOutside(exit);
        }

        if (StreamChoice.Choose(report) is not { } chosen)
        {
            return await WhyNoStreamAsync(path, report, exit, cancellationToken).ConfigureAwait(false);
        }

        if (chosen.Failure(exit) is { } failure)
        {
            return new ProbeResult.Failed(failure);
        }

        var packets = report.Packets(chosen.StreamIndex);
        if (packets.Count == 0)
        {
            return Failed(FailureKind.NoFrames, "The video stream holds no packets; the file may be cut off.", exit);
        }

        return await IndexAsync(path, chosen, packets, exit, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ProbeResult> IndexAsync(
        string path, StreamChoice chosen, IReadOnlyList<PacketEntry> packets, FfmpegExit exit, CancellationToken cancellationToken)
    {
        var fromPackets = PacketIndex.Build(packets, chosen.IsReordered);
        var notes = new List<ProbeNote>(fromPackets.Notes);
        PacketIndex.Note(notes, ProbeAnomaly.SeveralVideoStreams, chosen.OtherStreams);
        PacketIndex.Note(notes, ProbeAnomaly.ReadErrors, exit.Stderr.Length > 0 ? 1 : 0);
        var frames = fromPackets.Frames;
        var mayHide = HiddenFrameCodecs.Contains(chosen.Codec) || chosen.MayHoldFieldPairs;
        if (frames is null || mayHide || fromPackets.HeadIsUncertain)
        {
            var whole = frames is null || mayHide;
            var end = whole ? long.MaxValue : fromPackets.HeadEnd;
            var decoded = await _decoded.ReadAsync(path, chosen.StreamIndex, chosen.TimeBase, end, cancellationToken).ConfigureAwait(false);
            if (decoded.Exit.Stalled)
            {
                return Failed(FailureKind.Timeout, "ffmpeg gave no picture within the time limit while the frames were counted.", decoded.Exit);
            }

            if (decoded.Exit.WasEndedFromOutside)
            {
                return EndedFromOutside(decoded.Exit);
            }

            if (decoded.Pts.Count == 0 && whole)
            {
                return Failed(FailureKind.NoFrames, "ffmpeg decodes no picture of this stream.", decoded.Exit);
            }

            var merged = whole
                ? DecodedIndex.Whole(decoded, packets, notes)
                : DecodedIndex.Head(frames!, decoded, fromPackets.HeadEnd, notes);
            return merged.Index.FrameCount == 0
                ? Failed(FailureKind.NoFrames, "No frame of this stream can be presented.", decoded.Exit)
                : new ProbeResult.Found(chosen.Describe(merged.Index, merged.Timing), merged.Index, notes);
        }

        return frames.FrameCount == 0
            ? Failed(FailureKind.NoFrames, "Every packet of the video stream is cut away by its edit list.", exit)
            : new ProbeResult.Found(chosen.Describe(frames, FrameTiming.Pts), frames, notes);
    }

    private async Task<ProbeResult> WhyNoStreamAsync(string path, FfprobeReport report, FfmpegExit exit, CancellationToken cancellationToken)
    {
        if (report.ErrorCode is not null)
        {
            return Failed(FailureKind.NotAVideo, $"Not a video file that ffmpeg knows and that may be opened: {report.ErrorText}.", exit);
        }

        var (all, streamsExit) = await _ffprobe.ReadStreamsAsync(path, cancellationToken).ConfigureAwait(false);
        if (report.Streams.Count > 0)
        {
            return Failed(FailureKind.NoVideoStream, "The only pictures in this file are attached ones (a cover).", streamsExit);
        }

        return all.Streams.Count > 0
            ? Failed(FailureKind.NoVideoStream, "The file has no video stream, only " + string.Join(", ", all.Streams.Select(s => s.Text("codec_type")).Distinct()) + ".", streamsExit)
            : Failed(FailureKind.NotAVideo, "ffmpeg finds no stream in this file.", exit);
    }

    // What came before the end would pass for the whole video, and its other frames would be missing without a word.
    private static ProbeResult.Failed EndedFromOutside(FfmpegExit exit) => Failed(
        FailureKind.Decode, string.Create(CultureInfo.InvariantCulture, $"The reading of this file was ended from outside (exit code {exit.Code})."), exit);

    private static ProbeResult.Failed Failed(FailureKind kind, string message, FfmpegExit exit) =>
        new(new ChunkFailure(kind, message, exit.Stderr.Length == 0 ? null : exit.Stderr, exit.Command));
}

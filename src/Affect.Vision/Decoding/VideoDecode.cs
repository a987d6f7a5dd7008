using System.Globalization;
using Affect.Core.Failures;
using Affect.Core.Video;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Frames;
using Affect.Vision.Probing;

namespace Affect.Vision.Decoding;

/// <summary>Decodes one chunk of a video file: starts ffmpeg where <see cref="SeekPlan"/> says, checks the witness, passes on the frames, keeps the account.</summary>
internal sealed class VideoDecode(
    FfmpegTools tools, FrameBufferPool pool, TimeProvider time, DecodeRequest request, int[] wanted, DecodeOptions options, FrameQueue output)
{
    private readonly VideoInfo _video = request.Video;
    private readonly FrameIndex _index = request.Index;
    private readonly FrameLayout _layout = FrameLayout.Packed(PixelSource.Of(request.Video.PixelFormat).Layout, request.Video.Width, request.Video.Height);
    private readonly long _ptsShift = Math.Max(0, -request.Index.Pts[0]);
    private readonly FrameAccount _account = new(wanted);

    public async Task<DecodeOutcome> RunAsync(CancellationToken cancellationToken)
    {
        if (wanted.Length == 0)
        {
            return new DecodeOutcome(0, [], 0, null, 0, "", "", 0);
        }

        if (LocalFile.WhyUnreadable(request.Location) is { } unreadable)
        {
            return _account.Close(unreadable.Kind, unreadable.Message, unreadable, null, 0);
        }

        var starts = SeekPlan.Starts(_video, _index, wanted[0]);
        for (var attempt = 0; ; attempt++)
        {
            var isLast = attempt == starts.Count - 1;
            var (landed, exit, fault, stopped) = await AttemptAsync(starts[attempt], isLast, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (landed || isLast || exit.Stalled)
            {
                return Close(exit, fault, stopped, attempt + 1);
            }
        }
    }

    private async Task<(bool Landed, FfmpegExit Exit, string? Fault, bool Stopped)> AttemptAsync(
        SeekStart start, bool isLast, CancellationToken cancellationToken)
    {
        await using var process = FfmpegProcess.Start(
            tools.Ffmpeg, Arguments(start), withInput: false, options.StallLimit, time, cancellationToken);
        process.GrowOutputPipe(options.PipeBytes);
        var pictures = new PictureStream(process, _layout, _video.TimeBase, _ptsShift);
        var landed = false;
        var stopped = false;
        var ordinal = -1;
        var rank = -1;

        PictureStream.Decision Judge(long? pts)
        {
            ordinal++;
            rank = _video.Timing == FrameTiming.Order ? ordinal : pts is { } p ? _index.IndexOf(p) : -1;
            if (ordinal == 0 && !isLast && rank != start.Witness)
            {
                stopped = true;
                return PictureStream.Decision.Stop;
            }

            landed = true;
            if (rank > wanted[^1])
            {
                stopped = true;
                return PictureStream.Decision.Stop;
            }

            if (!_account.Take(rank, rank == start.Witness || _video.Timing == FrameTiming.Order))
            {
                return PictureStream.Decision.Drop;
            }

            output.TakePlace(cancellationToken);
            return PictureStream.Decision.Take;
        }

        void Receive(byte[] buffer, long pts)
        {
            _account.Delivered(rank);
            output.Add(new DecodedFrame(pool, buffer, _layout, rank, _index.Pts[rank], _video.ColourMatrix, _video.IsFullRange));
        }

        var fault = await pictures.ReadAsync(pool, Judge, Receive, cancellationToken).ConfigureAwait(false);
        if (stopped || fault is not null)
        {
            process.Kill();
        }

        return (landed, await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false), fault, stopped);
    }

    private DecodeOutcome Close(FfmpegExit exit, string? fault, bool stopped, int attempts)
    {
        if (exit.Stalled)
        {
            var limit = options.StallLimit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            return _account.Close(FailureKind.Timeout, $"ffmpeg gave no picture for {limit} s and was ended.", null, exit, attempts);
        }

        if (options.Decoder.Decoder != VideoDecoder.Cpu && _account.DeliveredCount == 0 && exit.Code != 0)
        {
            var name = DecoderChoice.Name(options.Decoder.Decoder);
            return _account.Close(FailureKind.UnsupportedCodec, $"The {name} decoder cannot decode this {_video.Codec} stream; use --decoder cpu.", null, exit, attempts);
        }

        var ended = fault ?? (exit.Code != 0 && !stopped ? string.Create(CultureInfo.InvariantCulture, $"ffmpeg ended with exit code {exit.Code}.") : null);
        return _account.Close(FailureKind.Decode, ended ?? "The decoder gave no picture for this frame.", ended is null ? null : new ChunkFailure(FailureKind.Decode, ended), exit, attempts);
    }

    private List<string> Arguments(SeekStart start)
    {
        var arguments = new List<string> { "-hide_banner", "-nostdin", "-nostats", "-v", "error" };
        if (options.Decoder.Decoder is VideoDecoder.Cuda or VideoDecoder.Vaapi)
        {
            var name = DecoderChoice.Name(options.Decoder.Decoder);
            arguments.AddRange(["-hwaccel", name, "-hwaccel_output_format", name, "-noautorotate"]);
        }

        var byOrder = _video.Timing == FrameTiming.Order;
        arguments.AddRange(["-threads", options.Threads.ToString(CultureInfo.InvariantCulture), "-filter_threads", "1", "-copyts"]);
        if (start.SeekSeconds is { } seconds)
        {
            arguments.AddRange(["-noaccurate_seek", "-seek_timestamp", "1", "-ss", seconds]);
        }

        arguments.AddRange(SafeInput.Arguments(request.Location));
        // Read from the first packet on, no witness is needed: nothing before the first wanted frame is let through.
        var first = start.SeekSeconds is null ? wanted[0] : start.Witness;
        var passed = first < wanted[0] ? [first, .. wanted] : wanted;
        (long, long)? range = byOrder ? null : (_index.Pts[first], _index.Pts[wanted[^1]]);
        var select = byOrder ? null : SelectExpression.Build(_index.Pts, passed);
        arguments.AddRange(
        [
            "-map", string.Create(CultureInfo.InvariantCulture, $"0:{_video.StreamIndex}"), "-fps_mode", "passthrough",
            "-enc_time_base", _video.TimeBase.ToString(),
            "-vf", FilterGraph.Build(_video, range, select, _ptsShift, options.Decoder.Decoder),
            "-c:v", "rawvideo", "-map_metadata", "-1", "-map_chapters", "-1",
            "-f", "nut", "-write_index", "0", "-avoid_negative_ts", "disabled", "pipe:1",
        ]);
        return arguments;
    }
}

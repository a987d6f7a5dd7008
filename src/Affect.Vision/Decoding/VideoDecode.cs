using System.Buffers;
using System.Globalization;
using Affect.Core.Failures;
using Affect.Core.Video;
using Affect.Decoder;
using Affect.Vision.Decoding.Helper;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Frames;
using Affect.Vision.Probing;

namespace Affect.Vision.Decoding;

/// <summary>
/// Decodes one chunk of a video file: starts where <see cref="SeekPlan"/> says, checks the witness, passes on the frames, keeps the account. Pictures that need no filter come from a
/// <see cref="DecoderHelper"/>; the rest, and what a helper cannot do, from the <c>ffmpeg</c> program.
/// </summary>
internal sealed class VideoDecode(
    FfmpegTools tools, DecoderHelpers helpers, HardwareRefusals refusals, FrameBufferPool pool, TimeProvider time, DecodeRequest request, int[] wanted, DecodeOptions options,
    FrameQueue output)
{
    private readonly VideoInfo _video = request.Video;
    private readonly FrameIndex _index = request.Index;
    private readonly FrameLayout _layout = FrameLayout.Packed(PixelSource.Of(request.Video.PixelFormat).Layout, request.Video.Width, request.Video.Height);
    private readonly long _ptsShift = Math.Max(0, -request.Index.Pts[0]);
    private readonly FrameAccount _account = new(wanted);
    private int _lastOfHelper = -1;
    private VideoDecoder _decoder = options.Decoder.IsAuto && refusals.Has(request.Video) ? VideoDecoder.Cpu : options.Decoder.Decoder;

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
        var byHelper = CanHelp();
        for (int next = 0, attempts = 1; ; attempts++)
        {
            var isLast = next == starts.Count - 1;
            var attempt = await AttemptAsync(starts[next], isLast, byHelper, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (attempt is null)
            {
                byHelper = false;
            }
            else if (options.Decoder.IsAuto && DecoderChoice.IsHardware(_decoder) && _account.DeliveredCount == 0 && attempt.Exit is { Code: not 0, Stalled: false } && !attempt.Stopped)
            {
                (_decoder, next, attempts) = (VideoDecoder.Cpu, 0, 0);
                byHelper = CanHelp();
            }
            else if (attempt.Landed || isLast || attempt.Exit.Stalled)
            {
                return Close(attempt.Exit, attempt.Fault, attempt.Stopped, attempts);
            }
            else
            {
                next++;
            }
        }
    }

    /// <summary>
    /// A picture of a planar 8-bit format, upright as it is stored, is delivered as the decoder gives it. AVI files have no PTS: those of the last pictures are made up by the program.
    /// </summary>
    private bool CanHelp() =>
        _decoder == VideoDecoder.Cpu && _video is { Timing: FrameTiming.Pts, RotationDegrees: 0, Container: not "avi" } && PixelSource.Of(_video.PixelFormat).IsNative && helpers.WhyNot is null;

    /// <returns>Null where the helper cannot do it, for no fault of the file.</returns>
    private async Task<Attempt?> AttemptAsync(SeekStart start, bool isLast, bool byHelper, CancellationToken cancellationToken)
    {
        await using IPictureRun? pictures = byHelper ? await TryFromHelperAsync(start, cancellationToken).ConfigureAwait(false) : FromProgram(start, cancellationToken);
        if (pictures is null)
        {
            return null;
        }

        var landed = false;
        var stopped = false;
        var ordinal = -1;
        var rank = -1;

        PictureDecision Judge(long? pts)
        {
            ordinal++;
            rank = _video.Timing == FrameTiming.Order ? ordinal : pts is { } p ? _index.IndexOf(p) : -1;
            if (ordinal == 0 && !isLast && rank != start.Witness)
            {
                stopped = true;
                return PictureDecision.Stop;
            }

            landed = true;
            if (rank > wanted[^1])
            {
                stopped = true;
                return PictureDecision.Stop;
            }

            // A helper that gave up half-way has delivered these.
            if (rank >= 0 && rank <= _lastOfHelper && !byHelper)
            {
                return PictureDecision.Drop;
            }

            if (!_account.Take(rank, rank == start.Witness || _video.Timing == FrameTiming.Order))
            {
                return PictureDecision.Drop;
            }

            output.TakePlace(cancellationToken);
            return PictureDecision.Take;
        }

        void Receive(IMemoryOwner<byte> buffer, long pts)
        {
            _account.Delivered(rank);
            _lastOfHelper = byHelper ? rank : _lastOfHelper;
            output.Add(new DecodedFrame(buffer, _layout, rank, _index.Pts[rank], _video.ColourMatrix, _video.IsFullRange));
        }

        var fault = await pictures.ReadAsync(Judge, Receive, cancellationToken).ConfigureAwait(false);
        if (stopped || fault is not null)
        {
            pictures.Kill();
        }

        var exit = await pictures.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return !stopped && pictures is HelperPictures { IsRefused: true } ? null : new Attempt(landed, exit, fault, stopped);
    }

    private PictureStream FromProgram(SeekStart start, CancellationToken cancellationToken)
    {
        var process = FfmpegProcess.Start(tools.Ffmpeg, Arguments(start), withInput: false, options.StallLimit, time, cancellationToken);
        process.GrowOutputPipe(options.PipeBytes);
        return new PictureStream(process, pool, _layout, _video.TimeBase, _ptsShift);
    }

    /// <returns>Null where the system has no memory to share, or does not start helpers.</returns>
    private async Task<HelperPictures?> TryFromHelperAsync(SeekStart start, CancellationToken cancellationToken)
    {
        var passed = Passed(start);
        var isUnbroken = passed[^1] - passed[0] == passed.Length - 1;
        var chroma = _layout.Planes.Length > 1 ? _layout.Planes[1] : default;
        var order = new DecodeOrder(
            SafeInput.Url(request.Location), SafeInput.Containers, _video.StreamIndex,
            start.SeekSeconds is { } seconds ? (long)(decimal.Parse(seconds, CultureInfo.InvariantCulture) * 1_000_000) : HelperProtocol.NoPts,
            options.Threads, _layout.Planes.Length, chroma.Width < _layout.Width ? 1 : 0, _layout.Width, _layout.Height, _index.Pts[passed[0]], _index.Pts[passed[^1]],
            isUnbroken ? [] : [.. passed.Select(r => _index.Pts[r])], "", 0, 0);
        try
        {
            return await HelperPictures.StartAsync(helpers, pool, order, _layout, options, CommandLine.Quote(tools.Ffmpeg, Arguments(start)), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or FfmpegUnavailableException)
        {
            helpers.Refuse(e.Message);
            return null;
        }
    }

    private DecodeOutcome Close(FfmpegExit exit, string? fault, bool stopped, int attempts)
    {
        if (exit.Stalled)
        {
            var limit = options.StallLimit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
            return _account.Close(FailureKind.Timeout, $"ffmpeg gave no picture for {limit} s and was ended.", null, exit, attempts);
        }

        if (_decoder != VideoDecoder.Cpu && _account.DeliveredCount == 0 && exit.Code != 0)
        {
            var message = $"The {DecoderChoice.Name(_decoder)} decoder cannot decode this {_video.Codec} stream ({_video.PixelFormat}); use --decoder auto or cpu.";
            return _account.Close(FailureKind.UnsupportedCodec, message, null, exit, attempts);
        }

        if (_decoder != options.Decoder.Decoder && _account.DeliveredCount > 0)
        {
            refusals.Add(_video);
        }

        var ended = fault ?? (exit.Code != 0 && !stopped ? string.Create(CultureInfo.InvariantCulture, $"ffmpeg ended with exit code {exit.Code}.") : null);
        return _account.Close(FailureKind.Decode, ended ?? "The decoder gave no picture for this frame.", ended is null ? null : new ChunkFailure(FailureKind.Decode, ended), exit, attempts);
    }

    private List<string> Arguments(SeekStart start)
    {
        var arguments = new List<string> { "-hide_banner", "-nostdin", "-nostats", "-v", "error" };
        if (DecoderChoice.IsHardware(_decoder))
        {
            arguments.AddRange([.. DecoderChoice.Arguments(_decoder, _video.Codec), "-noautorotate"]);
        }

        var byOrder = _video.Timing == FrameTiming.Order;
        arguments.AddRange(["-threads", options.Threads.ToString(CultureInfo.InvariantCulture), "-filter_threads", "1", "-copyts"]);
        if (start.SeekSeconds is { } seconds)
        {
            arguments.AddRange(["-noaccurate_seek", "-seek_timestamp", "1", "-ss", seconds]);
        }

        arguments.AddRange(SafeInput.Arguments(request.Location));
        var passed = Passed(start);
        (long, long)? range = byOrder ? null : (_index.Pts[passed[0]], _index.Pts[passed[^1]]);
        var select = byOrder ? null : SelectExpression.Build(_index.Pts, passed);
        arguments.AddRange(
        [
            "-map", string.Create(CultureInfo.InvariantCulture, $"0:{_video.StreamIndex}"), "-fps_mode", "passthrough",
            "-enc_time_base", _video.TimeBase.ToString(),
            "-vf", FilterGraph.Build(_video, range, select, _ptsShift, _decoder),
            "-c:v", "rawvideo", "-map_metadata", "-1", "-map_chapters", "-1",
            "-f", "nut", "-write_index", "0", "-avoid_negative_ts", "disabled", "pipe:1",
        ]);
        return arguments;
    }

    /// <summary>Ranks of the frames to let through. Read from the first packet on, no witness is needed: nothing before the first wanted frame passes.</summary>
    private int[] Passed(SeekStart start) => start.SeekSeconds is not null && start.Witness < wanted[0] ? [start.Witness, .. wanted] : wanted;

    private sealed record Attempt(bool Landed, FfmpegExit Exit, string? Fault, bool Stopped);
}

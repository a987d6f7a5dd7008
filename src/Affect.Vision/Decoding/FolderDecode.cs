using System.Buffers;
using System.Globalization;
using Affect.Core.Failures;
using Affect.Core.Video;
using Affect.Vision.Decoding.Nut;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Frames;
using Affect.Vision.Probing;

namespace Affect.Vision.Decoding;

/// <summary>
/// Decodes pictures of a frame folder: one ffmpeg process for each run of pictures of the same codec and size, fed through its standard input as NUT packets, so that
/// ffmpeg opens no file and a broken picture costs itself only. Each picture is delivered in its own size.
/// </summary>
internal sealed class FolderDecode(
    FfmpegTools tools, FrameBufferPool pool, TimeProvider time, DecodeRequest request, int[] wanted, DecodeOptions options, FrameQueue output)
{
    private static readonly Rational OrdinalTimeBase = new(1, 1000);

    private readonly PixelLayout _layout = PixelSource.Of(request.Video.PixelFormat).Layout;
    private readonly FrameAccount _account = new(wanted);

    private sealed record Picture(int Rank, string Path, PictureHeader Header);

    public async Task<DecodeOutcome> RunAsync(CancellationToken cancellationToken)
    {
        FfmpegExit? worst = null;
        var processes = 0;
        foreach (var run in Runs(await ListAsync(cancellationToken).ConfigureAwait(false)))
        {
            processes++;
            var exit = await DecodeAsync(run, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (worst is null || exit.Stalled || (exit.Stderr.Length > 0 && worst.Stderr.Length == 0))
            {
                worst = exit;
            }

            if (exit.Stalled)
            {
                return _account.Close(FailureKind.Timeout, "ffmpeg gave no picture within the time limit and was ended.", null, exit, processes);
            }
        }

        return _account.Close(FailureKind.Decode, "The decoder gave no picture for this frame.", null, worst, processes);
    }

    private async Task<List<Picture>> ListAsync(CancellationToken cancellationToken)
    {
        Dictionary<long, string> paths;
        try
        {
            paths = FrameFolder.List(request.Location).Pictures.ToDictionary(p => FrameFolder.Pts(p.Number), p => p.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            paths = [];
        }

        var pictures = new List<Picture>(wanted.Length);
        foreach (var rank in wanted)
        {
            if (!paths.TryGetValue(request.Index.Pts[rank], out var path))
            {
                _account.Fail(rank, FailureKind.Unreadable, "The picture is no longer in the folder.");
            }
            else if (await FrameFolderProber.ReadHeaderAsync(path, cancellationToken).ConfigureAwait(false) is not { } header)
            {
                _account.Fail(rank, FailureKind.Decode, "Not a readable JPEG or PNG file.");
            }
            else
            {
                pictures.Add(new Picture(rank, path, header));
            }
        }

        return pictures;
    }

    private static IEnumerable<List<Picture>> Runs(List<Picture> pictures)
    {
        for (var start = 0; start < pictures.Count;)
        {
            var first = pictures[start].Header;
            var run = pictures.Skip(start).TakeWhile(p => p.Header.Codec == first.Codec && p.Header.Width == first.Width && p.Header.Height == first.Height).ToList();
            start += run.Count;
            yield return run;
        }
    }

    private async Task<FfmpegExit> DecodeAsync(List<Picture> run, CancellationToken cancellationToken)
    {
        var layout = FrameLayout.Packed(_layout, run[0].Header.Width, run[0].Header.Height);
        await using var process = FfmpegProcess.Start(tools.Ffmpeg, Arguments(layout), withInput: true, options.StallLimit, time, cancellationToken);
        process.GrowOutputPipe(options.PipeBytes);
        var feed = FeedAsync(process.Input, run, cancellationToken);
        var rank = -1;

        PictureDecision Judge(long? pts)
        {
            rank = pts is >= 0 && pts < run.Count ? run[(int)pts].Rank : -1;
            if (!_account.Take(rank, isExtra: false))
            {
                return PictureDecision.Drop;
            }

            output.TakePlace(cancellationToken);
            return PictureDecision.Take;
        }

        void Receive(IMemoryOwner<byte> buffer, long pts)
        {
            _account.Delivered(rank);
            output.Add(new DecodedFrame(buffer, layout, rank, request.Index.Pts[rank], request.Video.ColourMatrix, request.Video.IsFullRange));
        }

        var pictures = new PictureStream(process, pool, layout, OrdinalTimeBase, 0);
        if (await pictures.ReadAsync(Judge, Receive, cancellationToken).ConfigureAwait(false) is not null)
        {
            process.Kill();
        }

        await feed.ConfigureAwait(false);
        return await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task FeedAsync(Stream input, List<Picture> run, CancellationToken cancellationToken)
    {
        try
        {
            var header = run[0].Header;
            var writer = new NutWriter(input);
            await writer.WriteHeadersAsync(header.Codec == "png" ? "MPNG" : "MJPG", header.Width, header.Height, OrdinalTimeBase, cancellationToken)
                .ConfigureAwait(false);
            for (var i = 0; i < run.Count; i++)
            {
                byte[] data;
                try
                {
                    data = await File.ReadAllBytesAsync(run[i].Path, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    continue; // It vanished since it was listed: the account will show it as missing.
                }

                await writer.WriteFrameAsync(i, data, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // ffmpeg has ended or was ended; its exit tells.
        }
        finally
        {
            await CloseAsync(input).ConfigureAwait(false);
        }
    }

    private static async Task CloseAsync(Stream input)
    {
        try
        {
            await input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The other end was gone already.
        }
    }

    private string[] Arguments(FrameLayout layout)
    {
        var format = _layout switch
        {
            PixelLayout.I420 => "yuvj420p",
            PixelLayout.I444 => "yuvj444p",
            _ => "gray",
        };
        return
        [
            "-hide_banner", "-nostats", "-v", "error", "-threads", options.Threads.ToString(CultureInfo.InvariantCulture), "-filter_threads", "1",
            "-copyts", "-noautorotate", "-protocol_whitelist", "pipe", "-f", "nut", "-i", "pipe:0", "-map", "0:0", "-fps_mode", "passthrough",
            "-enc_time_base", OrdinalTimeBase.ToString(),
            "-vf", string.Create(CultureInfo.InvariantCulture, $"scale=w={layout.Width}:h={layout.Height}:in_range=full:out_range=full,format={format}"),
            "-c:v", "rawvideo", "-map_metadata", "-1", "-f", "nut", "-write_index", "0", "-avoid_negative_ts", "disabled", "pipe:1",
        ];
    }
}

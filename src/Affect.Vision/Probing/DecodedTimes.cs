using System.Globalization;
using Affect.Core.Video;
using Affect.Vision.Decoding.Nut;
using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Probing;

/// <summary>
/// The time stamps of the pictures that ffmpeg really presents, from a decode of the whole video (or of its beginning) in which every picture is shrunk to 16x16.
/// For videos whose packets do not tell: costs a decode, is exact.
/// </summary>
internal sealed class DecodedTimes(FfmpegTools tools, TimeSpan stallLimit, TimeProvider time)
{
    private const int SidePixels = 16;

    /// <param name="Pts">PTS in the stream's time base; strictly increasing where <paramref name="AreExact"/>.</param>
    /// <param name="AreExact">No stamp had to be repaired.</param>
    public sealed record Times(IReadOnlyList<long> Pts, bool AreExact, FfmpegExit Exit);

    /// <param name="endPts">Stop at the first picture from this PTS on; <see cref="long.MaxValue"/> for the whole video.</param>
    public async Task<Times> ReadAsync(string path, int streamIndex, Rational timeBase, long endPts, CancellationToken cancellationToken)
    {
        var first = await ReadOnceAsync(path, streamIndex, timeBase, endPts, cancellationToken).ConfigureAwait(false);
        if (!first.Exit.WasEndedFromOutside)
        {
            return first;
        }

        await Task.Delay(FfmpegProcess.SignalGrace, time, cancellationToken).ConfigureAwait(false);
        return await ReadOnceAsync(path, streamIndex, timeBase, endPts, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Times> ReadOnceAsync(string path, int streamIndex, Rational timeBase, long endPts, CancellationToken cancellationToken)
    {
        var trim = endPts == long.MaxValue ? "" : string.Create(CultureInfo.InvariantCulture, $"trim=end_pts={endPts},");
        string[] arguments =
        [
            "-hide_banner", "-nostdin", "-nostats", "-v", "error", "-copyts", .. SafeInput.Arguments(path),
            "-map", string.Create(CultureInfo.InvariantCulture, $"0:{streamIndex}"), "-fps_mode", "passthrough",
            "-enc_time_base", timeBase.ToString(), "-vf", $"{trim}scale={SidePixels}:{SidePixels}:flags=neighbor,format=gray",
            "-c:v", "rawvideo", "-map_metadata", "-1", "-f", "nut", "-write_index", "0", "-avoid_negative_ts", "disabled", "pipe:1",
        ];
        await using var process = FfmpegProcess.Start(tools.Ffmpeg, arguments, withInput: false, stallLimit, time, cancellationToken);
        var (pts, exact) = await Task.Factory
            .StartNew(() => Read(process, timeBase), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .ConfigureAwait(false);
        return new Times(pts, exact, await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false));
    }

    private static (List<long> Pts, bool AreExact) Read(FfmpegProcess process, Rational timeBase)
    {
        var reader = new NutReader(process.ReadOutput);
        var times = new List<long>();
        var exact = true;
        try
        {
            if (reader.ReadHeaders() is not { } stream)
            {
                return (times, exact);
            }

            var clock = new NutClock(stream.TimeBase, timeBase, 0);
            while (reader.TryReadFrame(out var frame))
            {
                reader.SkipData(frame);
                // The muxer lifts a repeated or smaller stamp to the one before plus one of its ticks: seen here as a broken or absurdly small step.
                var isWhole = clock.TryToStream(frame.Pts, out var pts);
                if (times.Count > 0 && pts <= times[^1])
                {
                    pts = times[^1] + 1;
                    isWhole = false;
                }

                var isStep = times.Count == 0 || (pts - times[^1]) * timeBase.Value > NutClock.ShortestFrameSeconds;
                exact &= isWhole && isStep;
                times.Add(pts);
            }
        }
        catch (InvalidDataException)
        {
            // ffmpeg ended in mid frame; its exit code tells the caller.
        }

        return (times, exact);
    }
}

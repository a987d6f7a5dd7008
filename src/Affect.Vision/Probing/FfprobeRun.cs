using System.Text;
using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Probing;

/// <summary>Runs ffprobe on one file and reads its output as a stream.</summary>
internal sealed class FfprobeRun(FfmpegTools tools, TimeSpan stallLimit, TimeProvider time)
{
    private const string StreamEntries =
        "stream=index,codec_name,codec_type,width,height,pix_fmt,time_base,avg_frame_rate,r_frame_rate,color_range,color_space,field_order,has_b_frames";

    /// <summary>Every packet of every video stream, the streams, and the format: one pass, nothing is decoded.</summary>
    public Task<(FfprobeReport Report, FfmpegExit Exit)> ReadPacketsAsync(string path, CancellationToken cancellationToken) =>
        RunAsync(
            [
                "-hide_banner", "-v", "error", "-show_error", "-select_streams", "v", "-show_entries",
                $"packet=stream_index,pts,dts,duration,flags:{StreamEntries}:stream_disposition=default,attached_pic:" +
                "stream_side_data=side_data_type,rotation:format=format_name:error=code,string",
                "-of", "compact", .. SafeInput.Arguments(path),
            ],
            cancellationToken);

    /// <summary>The kinds of all streams, video or not.</summary>
    public Task<(FfprobeReport Report, FfmpegExit Exit)> ReadStreamsAsync(string path, CancellationToken cancellationToken) =>
        RunAsync(
            ["-hide_banner", "-v", "error", "-show_error", "-show_entries", "stream=index,codec_type", "-of", "compact", .. SafeInput.Arguments(path)],
            cancellationToken);

    private async Task<(FfprobeReport Report, FfmpegExit Exit)> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var first = await RunOnceAsync(arguments, cancellationToken).ConfigureAwait(false);
        if (!first.Exit.WasEndedFromOutside)
        {
            return first;
        }

        await Task.Delay(FfmpegProcess.SignalGrace, time, cancellationToken).ConfigureAwait(false);
        return await RunOnceAsync(arguments, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(FfprobeReport Report, FfmpegExit Exit)> RunOnceAsync(string[] arguments, CancellationToken cancellationToken)
    {
        await using var process = FfmpegProcess.Start(tools.Ffprobe, arguments, withInput: false, stallLimit, time, cancellationToken);
        var report = new FfprobeReport();
        using (var reader = new StreamReader(process.WatchedOutput(), Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16))
        {
            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                report.AddLine(line);
            }
        }

        return (report, await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false));
    }
}

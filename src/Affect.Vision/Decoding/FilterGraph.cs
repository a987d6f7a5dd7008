using System.Globalization;
using System.Text.RegularExpressions;
using Affect.Core.Video;
using Affect.Vision.Frames;

namespace Affect.Vision.Decoding;

/// <summary>Builds the filters between ffmpeg's decoder and the pipe.</summary>
internal static partial class FilterGraph
{
    /// <param name="range">First and last PTS to let pass.</param>
    /// <param name="select">Expression of the select filter, or null.</param>
    /// <param name="ptsShift">Ticks to add so that no PTS is negative.</param>
    public static string Build(VideoInfo video, (long First, long Last)? range, string? select, long ptsShift, VideoDecoder decoder)
    {
        var filters = new List<string>();
        if (range is { } r)
        {
            // trim also ends the process after the last frame wanted.
            filters.Add(string.Create(CultureInfo.InvariantCulture, $"trim=start_pts={r.First}:end_pts={r.Last + 1}"));
        }

        if (select is not null)
        {
            filters.Add($"select='{select}'");
        }

        var source = PixelSource.Of(video.PixelFormat);
        if (DecoderChoice.IsHardware(decoder))
        {
            // Fails, as it must, if ffmpeg quietly decoded on the CPU: such pictures cannot be downloaded.
            filters.Add($"hwdownload,format={Downloaded(video.PixelFormat, source)}");
            if (Depth().IsMatch(video.PixelFormat))
            {
                // Back to the stream's own layout, which loses nothing: from here on as after the CPU's decoder, whose rounding another way to 8 bits would not have.
                filters.Add($"scale={KeepRange(video)},format={video.PixelFormat}");
            }

            AddRotation(filters, video.RotationDegrees);
        }

        filters.Add(Convert(video, source, decoder));
        if (ptsShift != 0)
        {
            filters.Add(string.Create(CultureInfo.InvariantCulture, $"setpts=PTS+{ptsShift}"));
        }

        return string.Join(',', filters);
    }

    /// <summary>
    /// To the upright first size and the layout delivered. Where the picture is that already, scale passes it on untouched; only pictures whose size changes in
    /// mid stream are resized.
    /// </summary>
    private static string Convert(VideoInfo video, PixelSource source, VideoDecoder decoder)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"scale=w={video.Width}:h={video.Height}");
        var formats = source.Layout switch
        {
            PixelLayout.I420 => "yuv420p|yuvj420p",
            PixelLayout.I444 => "yuv444p|yuvj444p",
            _ => "gray",
        };
        if (source.IsNative && !DecoderChoice.IsHardware(decoder))
        {
            return $"{size},format={formats}";
        }

        var plain = formats.Split('|')[0];
        return source.IsRgb && decoder == VideoDecoder.Cpu
            ? $"{size}:out_color_matrix={video.ColourMatrix}:out_range=full,format={plain}"
            : $"{size}:{KeepRange(video)},format={plain}";
    }

    /// <summary>Without it ffmpeg takes every format but its own J formats for limited range and squeezes the values.</summary>
    private static string KeepRange(VideoInfo video)
    {
        var range = video.IsFullRange ? "full" : "limited";
        return $"in_range={range}:out_range={range}";
    }

    /// <summary>
    /// The layout that a hardware decoder's pictures have on the device: the download takes no other, and where two are allowed ffmpeg picks the one nearest to the layout delivered.
    /// </summary>
    private static string Downloaded(string pixelFormat, PixelSource source) => (source.Layout, Depth().Match(pixelFormat).Groups[1].Value) switch
    {
        (PixelLayout.I444, "") => "yuv444p",
        (PixelLayout.I444, _) => "yuv444p16le",
        (_, "") => "nv12",
        (_, "10") => "p010le",
        _ => "p016le",
    };

    /// <summary>Bits a sample, where they are not 8.</summary>
    [GeneratedRegex("(9|10|12|14|16)(?:le|be)$")]
    private static partial Regex Depth();

    private static void AddRotation(List<string> filters, int clockwiseDegrees)
    {
        switch (clockwiseDegrees)
        {
            case 90:
                filters.Add("transpose=clock");
                break;
            case 180:
                filters.Add("hflip,vflip");
                break;
            case 270:
                filters.Add("transpose=cclock");
                break;
        }
    }
}

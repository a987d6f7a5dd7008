using System.Globalization;
using Affect.Core.Video;
using Affect.Vision.Frames;

namespace Affect.Vision.Decoding;

/// <summary>Builds the filters between ffmpeg's decoder and the pipe.</summary>
internal static class FilterGraph
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
        if (decoder is VideoDecoder.Cuda or VideoDecoder.Vaapi)
        {
            // Fails, as it must, if ffmpeg quietly decoded on the CPU: such pictures cannot be downloaded.
            filters.Add($"hwdownload,format={(source.IsNative ? "nv12" : "p010le|nv12")}");
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
        var range = video.IsFullRange ? "full" : "limited";
        var formats = source.Layout switch
        {
            PixelLayout.I420 => "yuv420p|yuvj420p",
            PixelLayout.I444 => "yuv444p|yuvj444p",
            _ => "gray",
        };
        if (source.IsNative)
        {
            return $"{size},format={formats}";
        }

        var plain = formats.Split('|')[0];
        return source.IsRgb && decoder == VideoDecoder.Cpu
            ? $"{size}:out_color_matrix={video.ColourMatrix}:out_range=full,format={plain}"
            : $"{size}:in_range={range}:out_range={range},format={plain}";
    }

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

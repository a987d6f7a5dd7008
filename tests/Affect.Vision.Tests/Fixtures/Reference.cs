using System.Globalization;
using Affect.Core.Video;

namespace Affect.Vision.Tests.Fixtures;

/// <summary>One picture of a plain, sequential ffmpeg decode.</summary>
internal sealed record ReferenceFrame(long Pts, string Md5);

/// <summary>What ffmpeg presents when it decodes a file from its first to its last packet, by ffmpeg's own framehash: time stamps and pixels.</summary>
internal static class Reference
{
    public static IReadOnlyList<ReferenceFrame> Decode(string path, VideoInfo video, string? filter)
    {
        string[] filters = filter is null ? [] : ["-vf", filter];
        var text = FfmpegRun.Run([
            "-v", "quiet", "-nostdin", "-copyts", "-i", path, "-map", $"0:{video.StreamIndex}", "-fps_mode", "passthrough",
            "-enc_time_base", video.TimeBase.ToString(), .. filters, "-c:v", "rawvideo", "-f", "framehash", "-hash", "md5", "-avoid_negative_ts", "disabled", "-",
        ]);
        var frames = new List<ReferenceFrame>();
        foreach (var line in text.Split('\n').Where(l => l.Length > 0 && l[0] != '#'))
        {
            var fields = line.Split(',', StringSplitOptions.TrimEntries);
            frames.Add(new ReferenceFrame(long.Parse(fields[2], CultureInfo.InvariantCulture), fields[5]));
        }

        return frames;
    }
}

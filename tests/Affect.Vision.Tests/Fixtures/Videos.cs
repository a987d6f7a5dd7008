using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Affect.Vision.Tests.Fixtures;

/// <summary>
/// Real video files of many kinds, made by ffmpeg from the sample clip when first asked for and kept in the system's temporary folder under a key of recipe and
/// ffmpeg version.
/// </summary>
internal static class Videos
{
    private const string Scale = "scale=320:240";
    private const string Take = "-t 5";

    /// <summary>Name -> (file name ending, ffmpeg output arguments).</summary>
    private static readonly Dictionary<string, (string Extension, string Arguments)> Recipes = new()
    {
        ["h264"] = ("mp4", "-c:v libx264 -preset veryfast -g 25 -bf 3"),
        ["h264-open-gop"] = ("mp4", "-c:v libx264 -preset veryfast -g 25 -bf 3 -x264-params open-gop=1:scenecut=0"),
        ["h264-mkv"] = ("mkv", "-c:v libx264 -preset veryfast -g 25 -bf 3"),
        ["h264-open-gop-mkv"] = ("mkv", "-c:v libx264 -preset veryfast -g 25 -bf 3 -x264-params open-gop=1:scenecut=0"),
        ["h264-intra-refresh"] = ("ts", "-c:v libx264 -preset veryfast -g 25 -x264-params intra-refresh=1"),
        ["h264-short-gop"] = ("mp4", "-c:v libx264 -preset veryfast -g 3 -bf 2"),
        ["h264-flv"] = ("flv", "-c:v libx264 -preset veryfast -g 25 -bf 2"),
        ["h264-avi"] = ("avi", "-c:v libx264 -preset veryfast -g 25 -bf 2"),
        ["h264-raw"] = ("h264", "-c:v libx264 -preset veryfast -g 25 -bf 2"),
        ["h264-audio"] = ("mp4", "-f lavfi -i sine=r=48000 -map 0:v -map 1:a -shortest -c:a aac -c:v libx264 -preset veryfast -g 25 -bf 3"),
        ["hevc-open-gop"] = ("mp4", "-c:v libx265 -preset ultrafast -x265-params keyint=25:min-keyint=25:open-gop=1:bframes=3:scenecut=0:log-level=error"),
        ["hevc-mkv"] = ("mkv", "-c:v libx265 -preset ultrafast -x265-params keyint=25:open-gop=0:bframes=3:log-level=error"),
        ["vp8"] = ("webm", "-c:v libvpx -deadline realtime -cpu-used 8 -g 25 -b:v 300k"),
        ["vp9"] = ("webm", "-c:v libvpx-vp9 -deadline good -cpu-used 8 -g 25 -auto-alt-ref 1 -lag-in-frames 16 -b:v 300k"),
        ["vp9-odd-size"] = ("webm", "-vf scale=321:241 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -b:v 300k"),
        ["av1"] = ("mp4", "-c:v libsvtav1 -preset 12 -g 25 -svtav1-params lookahead=16"),
        ["av1-mkv"] = ("mkv", "-c:v libaom-av1 -cpu-used 8 -g 25 -row-mt 1 -b:v 300k -t 3"),
        ["mpeg4"] = ("mp4", "-c:v mpeg4 -g 25 -bf 2 -q:v 5"),
        ["mpeg4-packed"] = ("avi", "-c:v libxvid -g 25 -bf 2 -q:v 5"),
        ["mpeg4-no-b"] = ("avi", "-c:v mpeg4 -g 25 -bf 0 -q:v 5"),
        ["mpeg2"] = ("ts", "-c:v mpeg2video -g 12 -bf 2 -q:v 5"),
        ["mpeg2-interlaced"] = ("ts", "-c:v mpeg2video -g 12 -bf 2 -q:v 5 -flags +ildct+ilme -top 1"),
        ["mpeg-ps"] = ("mpg", "-c:v mpeg2video -g 12 -bf 2 -q:v 5"),
        ["mjpeg"] = ("avi", "-c:v mjpeg -q:v 5"),
        ["mjpeg-422"] = ("mov", "-c:v mjpeg -pix_fmt yuvj422p -q:v 5"),
        ["ts"] = ("ts", "-c:v libx264 -preset veryfast -g 25 -bf 3"),
        ["ts-open-gop"] = ("ts", "-c:v libx264 -preset veryfast -g 25 -bf 3 -x264-params open-gop=1:scenecut=0"),
        ["ts-hevc"] = ("ts", "-c:v libx265 -preset ultrafast -x265-params keyint=25:open-gop=1:bframes=3:scenecut=0:log-level=error"),
        ["vfr"] = ("mp4", "-vf scale=320:240,select='not(mod(n\\,3))+lt(mod(n\\,20)\\,5)' -fps_mode vfr -c:v libx264 -preset veryfast -g 20 -bf 3"),
        ["vfr-mkv"] = ("mkv", "-vf scale=320:240,select='not(mod(n\\,3))+lt(mod(n\\,20)\\,5)' -fps_mode vfr -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 20"),
        ["10-bit"] = ("mp4", "-c:v libx264 -preset veryfast -g 25 -bf 3 -pix_fmt yuv420p10le"),
        ["422"] = ("mp4", "-c:v libx264 -preset veryfast -g 25 -bf 3 -pix_fmt yuv422p"),
        ["444"] = ("mp4", "-c:v libx264 -preset veryfast -g 25 -bf 3 -pix_fmt yuv444p"),
        ["444-odd-size"] = ("mp4", "-vf scale=321:241 -c:v libx264 -preset veryfast -g 25 -bf 3 -pix_fmt yuv444p"),
        ["gray"] = ("mp4", "-c:v libx264 -preset veryfast -g 25 -bf 3 -pix_fmt gray"),
        ["rgb"] = ("mkv", "-c:v ffv1 -g 10 -pix_fmt bgr0 -t 2"),
        ["full-range"] = ("mp4", "-vf scale=320:240:out_range=full -c:v libx264 -preset veryfast -g 25 -bf 3 -color_range pc -pix_fmt yuvj420p"),
        ["late-start"] = ("mkv", "-c:v libx264 -preset veryfast -g 25 -bf 3 -output_ts_offset 1000"),
    };

    private static readonly ConcurrentDictionary<string, Lazy<string>> Made = new();

    private static readonly Lazy<string> Version = new(() => FfmpegRun.Run("-version").Split('\n')[0]);

    public static IEnumerable<string> Names => Recipes.Keys;

    public static string Get(string name)
    {
        var (extension, arguments) = Recipes[name];
        return Make(name, extension, arguments, path =>
        {
            var scale = arguments.Contains("-vf ", StringComparison.Ordinal) ? "" : $" -vf {Scale}";
            var output = arguments.Split(' ').ToList();
            // Further inputs come before output options.
            var map = output.IndexOf("-map");
            var inputs = map > 0 ? output[..map] : [];
            var options = map > 0 ? output[map..] : output;
            FfmpegRun.Run([
                "-v", "error", "-nostdin", "-y", "-i", TestFolders.SampleClip, .. inputs, .. Take.Split(' '),
                .. scale.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. options, path,
            ]);
        });
    }

    /// <summary>A file made from other fixtures by code.</summary>
    /// <param name="recipe">Changes whenever the making changes.</param>
    public static string Derive(string name, string extension, string recipe, Action<string> make) => Make(name, extension, recipe, make);

    private static string Make(string name, string extension, string recipe, Action<string> make) =>
        Made.GetOrAdd(name, _ => new Lazy<string>(() =>
        {
            var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{recipe}|{Take}|{Scale}|{Version.Value}")))[..12];
            var folder = Path.Combine(Path.GetTempPath(), "affect-vision-fixtures");
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, $"{name}-{key}.{extension}");
            if (!File.Exists(path))
            {
                var unfinished = Path.Combine(folder, $"{name}-{key}.{Environment.ProcessId}.part.{extension}");
                make(unfinished);
                File.Move(unfinished, path, overwrite: true);
            }

            return path;
        })).Value;
}

using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Affect.EndToEnd.Tests.Fixtures;

/// <summary>Short real videos of many kinds, made by ffmpeg from a sample when first asked for, kept in the temporary folder under their recipe's hash.</summary>
internal static class Clips
{
    private const string X264 = "-c:v libx264 -preset veryfast -g 25 -bf 3";

    private static readonly Dictionary<string, string> Recipes = new(StringComparer.Ordinal)
    {
        ["h264-b.mp4"] = X264,
        ["h264-open-gop.mkv"] = X264 + " -x264-params open-gop=1:scenecut=0",
        ["hevc.mkv"] = "-c:v libx265 -preset ultrafast -x265-params keyint=25:open-gop=1:bframes=3:log-level=error",
        ["vp9.webm"] = "-c:v libvpx-vp9 -deadline good -cpu-used 8 -g 25 -auto-alt-ref 1 -lag-in-frames 16 -b:v 300k",
        ["av1.mp4"] = "-c:v libsvtav1 -preset 12 -g 25",
        ["mpeg4.avi"] = "-c:v mpeg4 -g 25 -bf 2 -q:v 5",
        ["mjpeg.avi"] = "-c:v mjpeg -q:v 5",
        ["transport.ts"] = X264,
        ["vfr.mkv"] = "-vf scale=320:240,select='not(eq(mod(n\\,7)\\,3))' -fps_mode vfr " + X264,
        ["ten-bit.mkv"] = X264 + " -pix_fmt yuv420p10le",
        ["odd-size.webm"] = "-vf scale=321:241 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -b:v 300k",
    };

    private static readonly string Folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "affect-e2e-clips")).FullName;

    public static IEnumerable<string> Kinds => Recipes.Keys;

    /// <summary>3 s of this kind, keyframes a second apart.</summary>
    public static string Get(string kind) => Make(kind, $"-ss 4 -t 3 -i SAMPLE {(Recipes[kind].Contains("-vf") ? "" : "-vf scale=320:240 ")}-an {Recipes[kind]}");

    /// <summary>Stored lying on its side, upright by a remark in the container, as a phone does it.</summary>
    public static string Rotated()
    {
        var lying = Make("lying.mp4", $"-ss 4 -t 3 -i SAMPLE -vf scale=320:240,transpose=1 -an {X264}");
        return Make("rotated.mp4", $"-display_rotation 90 -i {lying} -c copy", (path, arguments) =>
        {
            // Older versions of ffmpeg know the option as stream metadata of the output.
            if (!TryFfmpeg(arguments, path))
            {
                Ffmpeg($"-i {lying} -c copy -metadata:s:v:0 rotate=90", path);
            }
        });
    }

    /// <summary>Begins between keyframes by an edit list.</summary>
    public static string EditList() => Make("edit-list.mp4", $"-ss 0.4 -i {Get("h264-b.mp4")} -c copy");

    /// <summary>H.264 of this length from this second on, in a chunk a second.</summary>
    public static string Cut(int startSeconds, int seconds) => Make(
        $"cut-{startSeconds}-{seconds}.mp4", $"-ss {startSeconds} -t {seconds} -i SAMPLE -vf scale=320:240 -an {X264}");

    /// <summary>Below a second and 160 pixels wide: what damaged inputs are made of.</summary>
    public static string Tiny(string extension, string codec) => Make(
        $"tiny-{codec.Split(' ')[0]}{extension}", $"-ss 5 -t 0.8 -i SAMPLE -vf scale=160:120,fps=12.5 -an -c:v {codec}");

    public static string Make(string name, string arguments, Action<string, string>? make = null)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(arguments)))[..12];
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(Folder, key)).FullName, name);
        if (!File.Exists(path))
        {
            var temporary = Path.Combine(Path.GetDirectoryName(path)!, $"{Guid.NewGuid():N}{Path.GetExtension(name)}");
            (make ?? ((p, a) => Ffmpeg(a, p)))(temporary, arguments);
            File.Move(temporary, path, overwrite: true);
        }

        return path;
    }

    public static void Ffmpeg(string arguments, string output) => Assert.True(TryFfmpeg(arguments, output), $"ffmpeg {arguments} {output}");

    private static bool TryFfmpeg(string arguments, string output)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardError = true };
        foreach (var argument in (IEnumerable<string>)["-v", "error", "-nostdin", "-y", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)])
        {
            start.ArgumentList.Add(argument == "SAMPLE" ? Installed.Sample : argument);
        }

        start.ArgumentList.Add(output);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(errors);
        }

        return process.ExitCode == 0;
    }
}

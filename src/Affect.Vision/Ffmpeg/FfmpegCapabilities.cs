using System.Text;

namespace Affect.Vision.Ffmpeg;

/// <summary>What the installed ffmpeg can do, for <c>affect doctor</c>.</summary>
/// <param name="Ffmpeg">Path or name of the program asked.</param>
/// <param name="Version">As it calls itself, such as <c>5.1.9-0+deb12u1</c>.</param>
/// <param name="VideoDecoders">Names of its video decoders.</param>
/// <param name="HardwareMethods">Hardware acceleration methods that it was built with; whether a device is there is <c>DecoderChoice</c>'s matter.</param>
public sealed record FfmpegCapabilities(string Ffmpeg, string Version, IReadOnlyList<string> VideoDecoders, IReadOnlyList<string> HardwareMethods)
{
    /// <summary>The codecs that corpora are made of; <see cref="MissingDecoders"/> names those that this ffmpeg lacks.</summary>
    private static readonly string[][] CommonCodecs =
        [["h264"], ["hevc"], ["vp9", "libvpx-vp9"], ["vp8", "libvpx"], ["libdav1d", "libaom-av1", "av1"], ["mpeg4"], ["mpeg2video"], ["mjpeg"], ["png"], ["rawvideo"]];

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    /// <summary>Codecs of common corpora for which no decoder is there.</summary>
    public IReadOnlyList<string> MissingDecoders =>
        [.. CommonCodecs.Where(names => !names.Any(n => VideoDecoders.Contains(n, StringComparer.Ordinal))).Select(names => names[0])];

    /// <exception cref="FfmpegUnavailableException">ffmpeg or ffprobe cannot be started.</exception>
    public static async Task<FfmpegCapabilities> ReadAsync(FfmpegTools tools, TimeProvider time, CancellationToken cancellationToken)
    {
        // ffprobe is asked too: a lone ffmpeg is of no use.
        await LinesAsync(tools.Ffprobe, "-version", time, cancellationToken).ConfigureAwait(false);
        var version = await LinesAsync(tools.Ffmpeg, "-version", time, cancellationToken).ConfigureAwait(false);
        var decoders = await LinesAsync(tools.Ffmpeg, "-decoders", time, cancellationToken).ConfigureAwait(false);
        var methods = await LinesAsync(tools.Ffmpeg, "-hwaccels", time, cancellationToken).ConfigureAwait(false);
        return new FfmpegCapabilities(
            tools.Ffmpeg,
            version.FirstOrDefault("").Split(' ') is ["ffmpeg", "version", var v, ..] ? v : "unknown",
            [.. decoders.Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(w => w.Length > 2 && IsVideoDecoder(w)).Select(w => w[1])],
            [.. methods.Skip(1).Select(l => l.Trim()).Where(l => l.Length > 0)]);
    }

    /// <summary>Lines look like <c> VFS..D h264  H.264 ...</c>; those of the legend have '=' as their second word.</summary>
    private static bool IsVideoDecoder(string[] words) => words[0].Length == 6 && words[0][0] == 'V' && words[1] != "=";

    private static async Task<List<string>> LinesAsync(string program, string question, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var process = FfmpegProcess.Start(program, ["-hide_banner", "-v", "error", question], withInput: false, AnswerLimit, time, cancellationToken);
        var lines = new List<string>();
        using var reader = new StreamReader(process.WatchedOutput(), Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            lines.Add(line);
        }

        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return lines;
    }
}

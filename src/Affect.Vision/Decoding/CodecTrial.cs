using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Decoding;

/// <summary>
/// Which codecs a hardware decoder of this machine really decodes: each is tried on a stream of three frames (Samples, made by ffmpeg from its test picture). Lists of what a
/// generation of chips can do are no substitute: data-centre parts lack AV1 that consumer parts of the same year have, drivers and builds of ffmpeg leave codecs out.
/// What is not among the samples is not tried, so not claimed.
/// </summary>
/// <param name="tools">Where ffmpeg is.</param>
/// <param name="scratchFolder">For the streams, while they are tried.</param>
/// <param name="time">The clock.</param>
public sealed class CodecTrial(FfmpegTools tools, string scratchFolder, TimeProvider time)
{
    private const string Prefix = "Affect.Vision.Decoding.Samples.";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>ffprobe's names of the codecs that can be tried.</summary>
    public static IReadOnlyList<string> Codecs { get; } =
    [
        .. typeof(CodecTrial).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The codecs of <see cref="Codecs"/> that the decoder decodes, in their order.</summary>
    /// <exception cref="FfmpegUnavailableException">ffmpeg cannot be started.</exception>
    public async Task<IReadOnlyList<string>> DecodableAsync(VideoDecoder decoder, CancellationToken cancellationToken)
    {
        var decodable = new List<string>();
        foreach (var codec in Codecs)
        {
            var file = Path.Combine(scratchFolder, $"{Guid.NewGuid():N}-{codec}.mkv");
            try
            {
                await using (var sample = typeof(CodecTrial).Assembly.GetManifestResourceStream(Prefix + codec)!)
                await using (var target = File.Create(file))
                {
                    await sample.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
                }

                if (await DecodesAsync(decoder, codec, file, cancellationToken).ConfigureAwait(false))
                {
                    decodable.Add(codec);
                }
            }
            finally
            {
                File.Delete(file);
            }
        }

        return decodable;
    }

    private async Task<bool> DecodesAsync(VideoDecoder decoder, string codec, string file, CancellationToken cancellationToken)
    {
        // As chunks are decoded: where the device refuses a stream, ffmpeg goes on in software, and the download of the picture then fails.
        var hardware = DecoderChoice.Arguments(decoder, codec);
        string[] download = hardware.Length > 0 ? ["-vf", "hwdownload,format=nv12"] : [];
        string[] arguments = ["-hide_banner", "-nostdin", "-v", "error", "-xerror", .. hardware, "-i", file, .. download, "-f", "null", "-"];
        await using var process = FfmpegProcess.Start(tools.Ffmpeg, arguments, withInput: false, Limit, time, cancellationToken);
        var exit = await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return exit is { Code: 0, Stalled: false };
    }
}

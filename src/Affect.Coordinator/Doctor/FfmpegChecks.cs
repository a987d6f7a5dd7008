using Affect.Vision.Decoding;
using Affect.Vision.Ffmpeg;

namespace Affect.Coordinator.Doctor;

/// <summary>What decodes.</summary>
internal static class FfmpegChecks
{
    private static readonly (string Codec, string[] Decoders)[] Codecs =
    [
        ("h264", ["h264"]), ("hevc", ["hevc"]), ("vp9", ["vp9", "libvpx-vp9"]), ("av1", ["libdav1d", "libaom-av1", "av1"]), ("mpeg4", ["mpeg4"]), ("mjpeg", ["mjpeg"]),
    ];

    public static async Task<IReadOnlyList<DoctorCheck>> RunAsync(FfmpegTools tools, VideoDecoder wanted, TimeProvider time, CancellationToken cancellationToken)
    {
        FfmpegCapabilities capabilities;
        try
        {
            capabilities = await FfmpegCapabilities.ReadAsync(tools, time, cancellationToken).ConfigureAwait(false);
        }
        catch (FfmpegUnavailableException e)
        {
            return [new DoctorCheck("ffmpeg", "program", DoctorStatus.Problem, "not there", e.Message)];
        }

        var checks = new List<DoctorCheck> { new("ffmpeg", "program", DoctorStatus.Ok, $"{tools.FfmpegFile() ?? tools.Ffmpeg}, version {capabilities.Version}") };
        checks.Add(await ChunkDecoder.WhyThroughProgramAsync(tools, time).ConfigureAwait(false) is { } why
            ? new DoctorCheck("ffmpeg", "pictures", DoctorStatus.Note, "through the ffmpeg program's pipe", $"{why}. The labels are the same; decoding takes up to a third more CPU.")
            : new DoctorCheck("ffmpeg", "pictures", DoctorStatus.Ok, "from FFmpeg's libraries, through shared memory"));
        foreach (var (codec, decoders) in Codecs)
        {
            var found = decoders.FirstOrDefault(d => capabilities.VideoDecoders.Contains(d, StringComparer.Ordinal));
            checks.Add(found is not null
                ? new DoctorCheck("ffmpeg", codec, DoctorStatus.Ok, found)
                : new DoctorCheck(
                    "ffmpeg", codec, codec == "h264" ? DoctorStatus.Problem : DoctorStatus.Note, "no decoder",
                    $"Videos in {codec} cannot be labelled with this ffmpeg: install a full build, or name one with {FfmpegTools.EnvironmentVariable}."));
        }

        foreach (var decoder in new[] { VideoDecoder.Cuda, VideoDecoder.Vaapi })
        {
            checks.Add(await HardwareAsync(tools, decoder, wanted, time, cancellationToken).ConfigureAwait(false));
        }

        return checks;
    }

    private static async Task<DoctorCheck> HardwareAsync(
        FfmpegTools tools, VideoDecoder decoder, VideoDecoder wanted, TimeProvider time, CancellationToken cancellationToken)
    {
        var name = $"--decoder {(decoder == VideoDecoder.Cuda ? "cuda" : "vaapi")}";
        try
        {
            await new DecoderChoice(tools, time).ResolveAsync(decoder, cancellationToken).ConfigureAwait(false);
            return new DoctorCheck("ffmpeg", name, DoctorStatus.Ok, "the device opens");
        }
        catch (DecoderUnavailableException e)
        {
            return new DoctorCheck(
                "ffmpeg", name, decoder == wanted ? DoctorStatus.Problem : DoctorStatus.Note, "does not open",
                $"{e.Message} It needs the {(decoder == VideoDecoder.Cuda ? "NVIDIA driver" : "GPU's VAAPI driver (Debian: mesa-va-drivers or intel-media-va-driver) and access to /dev/dri")}.");
        }
    }
}

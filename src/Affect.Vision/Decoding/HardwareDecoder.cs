using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Decoding;

/// <summary>Which decoder is asked for.</summary>
public enum VideoDecoder
{
    Unknown = 0,

    /// <summary>ffmpeg's software decoders.</summary>
    Cpu = 1,

    /// <summary>NVIDIA's decoder through CUDA; pictures are copied back to main memory.</summary>
    Cuda = 2,

    /// <summary>Intel's or AMD's decoder through VAAPI; pictures are copied back to main memory.</summary>
    Vaapi = 3,

    /// <summary>The first of CUDA and VAAPI that works on this machine; what that does not decode, and all where there is none, on the CPU.</summary>
    Auto = 4,
}

/// <summary>A decoder that was asked for is not there: a fault of the machine or of the options, so it is thrown, before any work.</summary>
public sealed class DecoderUnavailableException(string message) : Exception(message);

/// <summary>A decoder that was tried on this machine and works.</summary>
/// <param name="Decoder">Cpu, Cuda or Vaapi.</param>
/// <param name="Reason">Why it was chosen, in one sentence.</param>
/// <param name="IsAuto">The choice was left to the program: what the hardware does not decode is decoded on the CPU. Otherwise it fails.</param>
public sealed record ChosenDecoder(VideoDecoder Decoder, string Reason, bool IsAuto = false)
{
    public static readonly ChosenDecoder Cpu = new(VideoDecoder.Cpu, "Software decoding was asked for.");
}

/// <summary>Tries hardware decoders by opening their device in ffmpeg and moving one picture through it.</summary>
public sealed class DecoderChoice(FfmpegTools tools, TimeProvider time)
{
    private static readonly TimeSpan DeviceLimit = TimeSpan.FromSeconds(30);

    /// <exception cref="DecoderUnavailableException">The decoder asked for does not work here; the message holds ffmpeg's words.</exception>
    public async Task<ChosenDecoder> ResolveAsync(VideoDecoder wanted, CancellationToken cancellationToken)
    {
        switch (wanted)
        {
            case VideoDecoder.Cpu:
                return ChosenDecoder.Cpu;
            case VideoDecoder.Cuda or VideoDecoder.Vaapi:
                var why = await WhyNotAsync(wanted, cancellationToken).ConfigureAwait(false);
                return why is null
                    ? new ChosenDecoder(wanted, $"{Name(wanted)} was asked for and its device opens.")
                    : throw new DecoderUnavailableException($"--decoder {Name(wanted)} does not work on this machine: {why} Use --decoder cpu, or auto.");
            case VideoDecoder.Auto:
                return await ChooseAsync(cancellationToken).ConfigureAwait(false);
            default:
                throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "Not a decoder.");
        }
    }

    internal static string Name(VideoDecoder decoder) => decoder switch
    {
        VideoDecoder.Cuda => "cuda",
        VideoDecoder.Vaapi => "vaapi",
        _ => "cpu",
    };

    /// <summary>ffmpeg's input options for a hardware decoder (none for the CPU). For AV1 it prefers dav1d, which knows of no hardware, so the decoder that does is named.</summary>
    internal static string[] Arguments(VideoDecoder decoder, string codec) => !IsHardware(decoder)
        ? []
        : ["-hwaccel", Name(decoder), "-hwaccel_output_format", Name(decoder), .. codec == "av1" ? (string[])["-c:v", "av1"] : []];

    internal static bool IsHardware(VideoDecoder decoder) => decoder is VideoDecoder.Cuda or VideoDecoder.Vaapi;

    private async Task<ChosenDecoder> ChooseAsync(CancellationToken cancellationToken)
    {
        foreach (var decoder in (VideoDecoder[])[VideoDecoder.Cuda, VideoDecoder.Vaapi])
        {
            if (await WhyNotAsync(decoder, cancellationToken).ConfigureAwait(false) is null)
            {
                return new ChosenDecoder(decoder, $"auto chose {Name(decoder)}: its device opens. Streams that it does not decode are decoded on the CPU.", IsAuto: true);
            }
        }

        return new ChosenDecoder(VideoDecoder.Cpu, "auto chose cpu: no CUDA and no VAAPI device opens.");
    }

    private async Task<string?> WhyNotAsync(VideoDecoder decoder, CancellationToken cancellationToken)
    {
        var name = Name(decoder);
        string[] arguments =
        [
            "-hide_banner", "-nostdin", "-v", "error", "-init_hw_device", $"{name}=hw", "-filter_hw_device", "hw", "-f", "lavfi", "-i",
            "nullsrc=s=256x256:d=0.04", "-vf", "format=nv12,hwupload,hwdownload,format=nv12", "-f", "null", "-",
        ];
        await using var process = FfmpegProcess.Start(tools.Ffmpeg, arguments, withInput: false, DeviceLimit, time, cancellationToken);
        var exit = await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return exit.Code == 0 ? null : exit.Stalled ? "the device does not answer." : exit.Stderr.ReplaceLineEndings(" ").TrimEnd('.') + ".";
    }
}

using Affect.Decoder.Libav;
using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Decoding.Helper;

/// <summary>Where the helper is, and whether it may stand in for an ffmpeg.</summary>
internal static class HelperProgram
{
    /// <summary>Set to 0, everything is decoded by the <c>ffmpeg</c> program.</summary>
    public const string EnvironmentVariable = "AFFECT_DECODER_HELPER";

    /// <summary>An ffmpeg larger than this holds its libraries in itself.</summary>
    private const long LinkedProgramBytes = 4 << 20;

    public static string Location { get; } = Path.Combine(AppContext.BaseDirectory, "affect-decoder.dll");

    /// <summary>The runtime that runs this process: <c>ROOT/shared/Microsoft.NETCore.App/VERSION/</c> holds its libraries.</summary>
    public static string DotNet { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "dotnet"));

    /// <summary>Null, or why the helper is not used. It must decode with the very libraries of the ffmpeg in use, or two ways of decoding could give different pixels.</summary>
    public static string? WhyNot(FfmpegTools tools)
    {
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) == "0")
        {
            return $"{EnvironmentVariable} is 0";
        }

        if (!File.Exists(Location) || !File.Exists(DotNet))
        {
            return $"{(File.Exists(Location) ? DotNet : Location)} is not there";
        }

        if (tools.FfmpegFile() is not { } ffmpeg)
        {
            return $"{tools.Ffmpeg} is not there";
        }

        try
        {
            // A program names the libraries that it is linked to (DT_NEEDED); the loader finds the same ones for it and for us.
            var wanted = $"libavcodec.so.{Native.MajorVersion}\0";
            return new FileInfo(ffmpeg).Length <= LinkedProgramBytes && File.ReadAllBytes(ffmpeg).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(wanted)) >= 0
                ? null
                : $"{ffmpeg} is not linked to FFmpeg 5's libraries (libavcodec.so.{Native.MajorVersion})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}

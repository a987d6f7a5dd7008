using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Affect.Decoder.Libav;

/// <summary>Loads FFmpeg's libraries and catches what they say.</summary>
internal static unsafe class LibavLibrary
{
    private const int LineBytes = 1024;
    private static MessageTail _messages = new();
    private static int _printPrefix = 1;

    /// <returns>The version of libavcodec, or 0 and why it cannot be used.</returns>
    public static (int Version, string Problem) Load(MessageTail messages)
    {
        if (RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            return (0, "Only 64-bit processors are supported.");
        }

        try
        {
            _messages = messages;
            Native.av_log_set_callback(&OnMessage);
            return ((int)Native.avcodec_version(), "");
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return (0, $"FFmpeg's libraries of version 5 (libavcodec {Native.MajorVersion}) cannot be loaded: {e.Message}");
        }
    }

    /// <summary>What an error number means, in FFmpeg's words.</summary>
    public static string Describe(int error)
    {
        var text = stackalloc byte[256];
        _ = Native.av_strerror(error, text, 256);
        return Marshal.PtrToStringUTF8((nint)text) ?? "";
    }

    /// <summary>Called from the decoder's threads. The C argument list is passed on untouched: on 64-bit Linux it is the address of one, whatever the processor.</summary>
    [UnmanagedCallersOnly]
    private static void OnMessage(void* context, int level, byte* format, void* arguments)
    {
        if (level > Native.AV_LOG_ERROR)
        {
            return;
        }

        var line = stackalloc byte[LineBytes];
        int length;
        fixed (int* prefix = &_printPrefix)
        {
            length = Native.av_log_format_line2(context, level, format, arguments, line, LineBytes, prefix);
        }

        _messages.Append(new ReadOnlySpan<byte>(line, Math.Clamp(length, 0, LineBytes - 1)));
    }
}

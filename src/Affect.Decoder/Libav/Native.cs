using System.Runtime.InteropServices;

namespace Affect.Decoder.Libav;

/// <summary>The functions of FFmpeg 5's libraries that a decode needs, under their own names.</summary>
internal static unsafe partial class Native
{
    public const int MajorVersion = 59; // of libavcodec and libavformat
    private const string Format = "libavformat.so.59";
    private const string Codec = "libavcodec.so.59";
    private const string Util = "libavutil.so.57";

    public const int AVERROR_EOF = -541478725; // FFERRTAG('E','O','F',' ')
    public const int AVERROR_EAGAIN = -11;
    public const int AV_LOG_ERROR = 16;
    public const int AVDISCARD_ALL = 48;
    public const int AVFMT_SEEK_TO_PTS = 0x4000000;

    [LibraryImport(Format)]
    public static partial int avformat_open_input(FormatContext** context, byte* url, void* format, void** options);

    [LibraryImport(Format)]
    public static partial int avformat_find_stream_info(FormatContext* context, void** options);

    [LibraryImport(Format)]
    public static partial int avformat_seek_file(FormatContext* context, int stream, long min, long target, long max, int flags);

    [LibraryImport(Format)]
    public static partial int av_read_frame(FormatContext* context, Packet* packet);

    [LibraryImport(Format)]
    public static partial void avformat_close_input(FormatContext** context);

    [LibraryImport(Codec)]
    public static partial uint avcodec_version();

    [LibraryImport(Codec)]
    public static partial void* avcodec_find_decoder(int id);

    [LibraryImport(Codec)]
    public static partial CodecContext* avcodec_alloc_context3(void* codec);

    [LibraryImport(Codec)]
    public static partial int avcodec_parameters_to_context(CodecContext* context, CodecParameters* parameters);

    [LibraryImport(Codec)]
    public static partial int avcodec_open2(CodecContext* context, void* codec, void** options);

    [LibraryImport(Codec)]
    public static partial int avcodec_send_packet(CodecContext* context, Packet* packet);

    [LibraryImport(Codec)]
    public static partial int avcodec_receive_frame(CodecContext* context, Frame* frame);

    [LibraryImport(Codec)]
    public static partial void avcodec_free_context(CodecContext** context);

    [LibraryImport(Codec)]
    public static partial Packet* av_packet_alloc();

    [LibraryImport(Codec)]
    public static partial void av_packet_free(Packet** packet);

    [LibraryImport(Codec)]
    public static partial void av_packet_unref(Packet* packet);

    [LibraryImport(Util)]
    public static partial Frame* av_frame_alloc();

    [LibraryImport(Util)]
    public static partial void av_frame_free(Frame** frame);

    [LibraryImport(Util)]
    public static partial void av_frame_unref(Frame* frame);

    [LibraryImport(Util, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_dict_set(void** dictionary, string key, string value, int flags);

    [LibraryImport(Util)]
    public static partial void av_dict_free(void** dictionary);

    [LibraryImport(Util)]
    public static partial int av_strerror(int error, byte* text, nuint size);

    [LibraryImport(Util)]
    public static partial void av_log_set_callback(delegate* unmanaged<void*, int, byte*, void*, void> callback);

    [LibraryImport(Util)]
    public static partial int av_log_format_line2(void* context, int level, byte* format, void* arguments, byte* line, int size, int* printPrefix);
}

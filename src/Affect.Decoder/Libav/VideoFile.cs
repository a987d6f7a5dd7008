using System.Globalization;
using System.Text;

namespace Affect.Decoder.Libav;

/// <summary>One stream of a file, opened for decoding as the <c>ffmpeg</c> program opens it: the same options, the same seek.</summary>
internal sealed unsafe class VideoFile : IDisposable
{
    private FormatContext* _format;
    private CodecContext* _codec;

    private VideoFile(FormatContext* format)
    {
        _format = format;
    }

    public FormatContext* Format => _format;

    public CodecContext* Codec => _codec;

    /// <returns>Null where it cannot be opened; why is in <paramref name="messages"/>.</returns>
    public static VideoFile? TryOpen(DecodeOrder order, MessageTail messages)
    {
        var format = Open(order, out var error);
        if (format == null)
        {
            Say(messages, order.Url, error);
            return null;
        }

        var file = new VideoFile(format);
        error = Native.avformat_find_stream_info(format, null);
        if (error >= 0 && order.Stream < format->StreamCount)
        {
            error = file.OpenCodec(order);
        }
        else if (error >= 0)
        {
            messages.Append(Encoding.UTF8.GetBytes($"The file has no stream {order.Stream} any more.\n"));
            error = Native.AVERROR_EOF;
        }

        if (error >= 0)
        {
            file.Seek(order, messages);
            return file;
        }

        Say(messages, order.Url, error);
        file.Dispose();
        return null;
    }

    public void Dispose()
    {
        fixed (CodecContext** codec = &_codec)
        {
            Native.avcodec_free_context(codec);
        }

        fixed (FormatContext** format = &_format)
        {
            Native.avformat_close_input(format);
        }
    }

    private static FormatContext* Open(DecodeOrder order, out int error)
    {
        void* options = null;
        _ = Native.av_dict_set(&options, "protocol_whitelist", "file", 0);
        _ = Native.av_dict_set(&options, "format_whitelist", order.Formats, 0);
        _ = Native.av_dict_set(&options, "scan_all_pmts", "1", 0); // ffmpeg's own default for transport streams
        FormatContext* format = null;
        fixed (byte* url = Encoding.UTF8.GetBytes(order.Url + "\0"))
        {
            error = Native.avformat_open_input(&format, url, null, &options);
        }

        Native.av_dict_free(&options);
        return format;
    }

    private int OpenCodec(DecodeOrder order)
    {
        for (var i = 0; i < _format->StreamCount; i++)
        {
            if (i != order.Stream)
            {
                _format->Streams[i]->Discard = Native.AVDISCARD_ALL;
            }
        }

        var stream = _format->Streams[order.Stream];
        var decoder = Native.avcodec_find_decoder(stream->Parameters->CodecId);
        _codec = Native.avcodec_alloc_context3(decoder);
        var error = Native.avcodec_parameters_to_context(_codec, stream->Parameters);
        if (error < 0)
        {
            return error;
        }

        _codec->PacketTimeBaseNumerator = stream->TimeBaseNumerator;
        _codec->PacketTimeBaseDenominator = stream->TimeBaseDenominator;
        void* options = null;
        _ = Native.av_dict_set(&options, "threads", order.Threads.ToString(CultureInfo.InvariantCulture), 0);
        error = Native.avcodec_open2(_codec, decoder, &options);
        Native.av_dict_free(&options);
        return error;
    }

    /// <summary>
    /// As <c>ffmpeg -seek_timestamp 1 -ss</c>, whose rules the caller reckons with: where the demuxer seeks by DTS and a stream has B-frames, 3/23 s earlier. If it fails, decoding begins where the file does,
    /// and the caller sees that.
    /// </summary>
    private void Seek(DecodeOrder order, MessageTail messages)
    {
        if (order.SeekMicroseconds == HelperProtocol.NoPts)
        {
            return;
        }

        var target = order.SeekMicroseconds;
        if ((_format->Format->Flags & Native.AVFMT_SEEK_TO_PTS) == 0)
        {
            for (var i = 0; i < _format->StreamCount; i++)
            {
                if (_format->Streams[i]->Parameters->VideoDelay != 0)
                {
                    target -= 3 * 1_000_000 / 23;
                    break;
                }
            }
        }

        var error = Native.avformat_seek_file(_format, -1, long.MinValue, target, target, 0);
        if (error < 0)
        {
            Say(messages, "seek", error);
        }
    }

    private static void Say(MessageTail messages, string what, int error) =>
        messages.Append(Encoding.UTF8.GetBytes($"{what}: {LibavLibrary.Describe(error)}\n"));
}

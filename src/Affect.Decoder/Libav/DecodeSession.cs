using System.Text;

namespace Affect.Decoder.Libav;

/// <summary>Carries out one order: reads packets, decodes them as the <c>ffmpeg</c> program does, and copies the pictures asked for into the shared memory.</summary>
internal sealed unsafe class DecodeSession(DecodeOrder order, SharedMemory memory, SlotPool slots, ReplyWriter replies, MessageTail messages)
{
    /// <summary>ffmpeg's <c>-max_error_rate</c>.</summary>
    private const double MaxErrorRate = 2.0 / 3;

    private static readonly int[][] Formats =
    [
        [8],        // AV_PIX_FMT_GRAY8
        [5, 14],    // AV_PIX_FMT_YUV444P, YUVJ444P
        [0, 12],    // AV_PIX_FMT_YUV420P, YUVJ420P
    ];

    private readonly int[] _formats = Formats[order.Planes == 1 ? 0 : 1 + order.ChromaShift];
    private long _decoded;
    private long _failed;

    public DecodeEnd Run()
    {
        using var file = VideoFile.TryOpen(order, messages);
        if (file is null)
        {
            return DecodeEnd.NotOpened;
        }

        var packet = Native.av_packet_alloc();
        var frame = Native.av_frame_alloc();
        try
        {
            return Decode(file, packet, frame);
        }
        finally
        {
            Native.av_frame_free(&frame);
            Native.av_packet_free(&packet);
        }
    }

    private DecodeEnd Decode(VideoFile file, Packet* packet, Frame* frame)
    {
        while (true)
        {
            var read = Native.av_read_frame(file.Format, packet);
            if (read == Native.AVERROR_EAGAIN)
            {
                Thread.Sleep(1);
                continue;
            }

            if (read < 0)
            {
                if (read != Native.AVERROR_EOF)
                {
                    Complain(order.Url, read);
                }

                break;
            }

            var end = packet->Stream == order.Stream ? Send(file, packet, frame) : null;
            Native.av_packet_unref(packet);
            if (end is { } reached)
            {
                return reached;
            }
        }

        // What the decoder still holds back.
        return Send(file, null, frame) ?? ((_decoded + _failed) * MaxErrorRate < _failed ? DecodeEnd.TooManyErrors : DecodeEnd.Complete);
    }

    /// <returns>How it ended, or null to go on.</returns>
    private DecodeEnd? Send(VideoFile file, Packet* packet, Frame* frame)
    {
        var error = Native.avcodec_send_packet(file.Codec, packet);
        if (error is < 0 and not Native.AVERROR_EOF)
        {
            Fail(error);
            return null;
        }

        while ((error = Native.avcodec_receive_frame(file.Codec, frame)) is not (Native.AVERROR_EAGAIN or Native.AVERROR_EOF))
        {
            if (error < 0)
            {
                Fail(error);
                // A decoder that fails while it is drained may fail for ever.
                if (packet == null)
                {
                    break;
                }

                continue;
            }

            _decoded++;
            var end = Deliver(frame, isDrained: packet == null);
            Native.av_frame_unref(frame);
            if (end is not null)
            {
                return end;
            }
        }

        return null;
    }

    private DecodeEnd? Deliver(Frame* frame, bool isDrained)
    {
        var pts = frame->BestEffortTimestamp;
        if (pts == HelperProtocol.NoPts && isDrained)
        {
            return DecodeEnd.NoTimeStamp;
        }

        if (pts != HelperProtocol.NoPts && pts > order.LastPts)
        {
            return DecodeEnd.Complete;
        }

        if (pts == HelperProtocol.NoPts || pts < order.FirstPts || (order.Wanted.Length > 0 && Array.BinarySearch(order.Wanted, pts) < 0))
        {
            return null;
        }

        if (frame->Width != order.Width || frame->Height != order.Height || !_formats.Contains(frame->Format))
        {
            return DecodeEnd.PictureChanged;
        }

        var slot = slots.Take();
        Copy(frame, memory.Slot(slot));
        replies.Picture(slot, pts);
        return pts == order.LastPts ? DecodeEnd.Complete : null;
    }

    private void Copy(Frame* frame, byte* target)
    {
        for (var plane = 0; plane < order.Planes; plane++)
        {
            var shift = plane == 0 ? 0 : order.ChromaShift;
            var (width, height) = ((order.Width + shift) >> shift, (order.Height + shift) >> shift);
            var source = (byte*)frame->Data[plane];
            var stride = (long)frame->LineSize[plane];
            for (var row = 0; row < height; row++)
            {
                new ReadOnlySpan<byte>(source + (row * stride), width).CopyTo(new Span<byte>(target, width));
                target += width;
            }
        }
    }

    private void Fail(int error)
    {
        _failed++;
        Complain("Error while decoding", error);
    }

    private void Complain(string what, int error) => messages.Append(Encoding.UTF8.GetBytes($"{what}: {LibavLibrary.Describe(error)}\n"));
}

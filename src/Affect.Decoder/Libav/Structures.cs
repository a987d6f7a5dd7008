using System.Runtime.InteropServices;

namespace Affect.Decoder.Libav;

// The public fields that are read, where FFmpeg 5.x has them on 64-bit Linux. The layouts are part of the libraries' binary interface: they hold for a major version (Native.MajorVersion).

/// <summary>AVFormatContext, libavformat/avformat.h.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct FormatContext
{
    [FieldOffset(8)] public InputFormat* Format;
    [FieldOffset(44)] public uint StreamCount;
    [FieldOffset(48)] public AvStream** Streams;
}

/// <summary>AVInputFormat, libavformat/avformat.h.</summary>
[StructLayout(LayoutKind.Explicit)]
internal struct InputFormat
{
    [FieldOffset(16)] public int Flags;
}

/// <summary>AVStream, libavformat/avformat.h.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct AvStream
{
    [FieldOffset(16)] public int TimeBaseNumerator;
    [FieldOffset(20)] public int TimeBaseDenominator;
    [FieldOffset(52)] public int Discard;
    [FieldOffset(208)] public CodecParameters* Parameters;
}

/// <summary>AVCodecParameters, libavcodec/codec_par.h.</summary>
[StructLayout(LayoutKind.Explicit)]
internal struct CodecParameters
{
    [FieldOffset(4)] public int CodecId;
    [FieldOffset(96)] public int VideoDelay;
}

/// <summary>AVCodecContext, libavcodec/avcodec.h.</summary>
[StructLayout(LayoutKind.Explicit)]
internal struct CodecContext
{
    [FieldOffset(724)] public int PacketTimeBaseNumerator;
    [FieldOffset(728)] public int PacketTimeBaseDenominator;
}

/// <summary>AVPacket, libavcodec/packet.h.</summary>
[StructLayout(LayoutKind.Explicit)]
internal struct Packet
{
    [FieldOffset(36)] public int Stream;
}

/// <summary>AVFrame, libavutil/frame.h.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct Frame
{
    [FieldOffset(0)] public fixed ulong Data[8];
    [FieldOffset(64)] public fixed int LineSize[8];
    [FieldOffset(104)] public int Width;
    [FieldOffset(108)] public int Height;
    [FieldOffset(116)] public int Format;
    [FieldOffset(344)] public long BestEffortTimestamp;
}

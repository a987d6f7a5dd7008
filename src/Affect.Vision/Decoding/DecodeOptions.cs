namespace Affect.Vision.Decoding;

/// <summary>How to decode. None of it changes the frames delivered.</summary>
public sealed record DecodeOptions
{
    public const int DefaultThreads = 1;
    public const int DefaultQueueFrames = 4;
    public const int DefaultPipeBytes = 1 << 20;
    public static readonly TimeSpan DefaultStallLimit = TimeSpan.FromSeconds(60);

    /// <summary>Threads of one ffmpeg process, 1..64. Chunks are decoded side by side, so one thread a process costs the least CPU in all.</summary>
    public int Threads { get; init; } = DefaultThreads;

    /// <summary>Frames that may wait for the consumer, 1..1024. Each holds a full-size picture (3.1 MB at 1080p).</summary>
    public int QueueFrames { get; init; } = DefaultQueueFrames;

    /// <summary>Pipe size asked of the kernel, in bytes; best effort.</summary>
    public int PipeBytes { get; init; } = DefaultPipeBytes;

    /// <summary>ffmpeg is ended when it gives nothing for this long while the consumer waits.</summary>
    public TimeSpan StallLimit { get; init; } = DefaultStallLimit;

    /// <summary>The decoder, resolved for this machine by <see cref="DecoderChoice"/>.</summary>
    public ChosenDecoder Decoder { get; init; } = ChosenDecoder.Cpu;

    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Threads, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(QueueFrames, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(QueueFrames, 1024);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StallLimit, TimeSpan.Zero);
    }
}

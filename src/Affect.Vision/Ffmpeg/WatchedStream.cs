namespace Affect.Vision.Ffmpeg;

/// <summary>A process's output as a read-only stream whose reads run the stall clock.</summary>
internal sealed class WatchedStream(FfmpegProcess process) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) => process.ReadOutput(buffer);

    public override int Read(byte[] buffer, int offset, int count) => process.ReadOutput(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

using Affect.Core.Video;
using Affect.Vision.Decoding.Nut;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Frames;

namespace Affect.Vision.Decoding;

/// <summary>
/// Reads the pictures of one ffmpeg process on a thread of its own: a blocking read straight into the frame's buffer is the cheapest way out of a pipe, and a
/// blocked thread of the pool would hold up everybody else.
/// </summary>
internal sealed class PictureStream(FfmpegProcess process, FrameLayout layout, Rational timeBase, long ptsShift)
{
    /// <summary>What to do with the picture whose time stamp was just read.</summary>
    public enum Decision
    {
        Unknown = 0,
        Take = 1,
        Drop = 2,
        Stop = 3,
    }

    /// <summary>Asked in order of arrival. A stamp that ffmpeg's muxer made up is null.</summary>
    public delegate Decision Judge(long? pts);

    /// <summary>Given the filled buffer; owns it from then on.</summary>
    public delegate void Receiver(byte[] buffer, long pts);

    /// <summary>Reads to the end, or to a <see cref="Decision.Stop"/>.</summary>
    /// <returns>Null, or what was wrong with the stream.</returns>
    public Task<string?> ReadAsync(FrameBufferPool pool, Judge judge, Receiver receive, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Read(pool, judge, receive), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private string? Read(FrameBufferPool pool, Judge judge, Receiver receive)
    {
        try
        {
            var reader = new NutReader(process.ReadOutput);
            if (reader.ReadHeaders() is not { } stream)
            {
                return null;
            }

            var clock = new NutClock(stream.TimeBase, timeBase, ptsShift);
            while (reader.TryReadFrame(out var frame))
            {
                var isWhole = clock.TryToStream(frame.Pts, out var pts);
                switch (judge(isWhole ? pts : null))
                {
                    case Decision.Stop:
                        return null;
                    case Decision.Drop:
                        reader.SkipData(frame);
                        continue;
                }

                if (frame.SizeBytes != layout.SizeBytes)
                {
                    return $"A picture of {frame.SizeBytes} bytes came where {layout.SizeBytes} were expected.";
                }

                var buffer = pool.Rent(layout.SizeBytes);
                try
                {
                    reader.ReadData(buffer.AsSpan(0, layout.SizeBytes));
                }
                catch
                {
                    pool.Return(buffer);
                    throw;
                }

                receive(buffer, pts);
            }

            return null;
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }
}

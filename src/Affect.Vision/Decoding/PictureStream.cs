using Affect.Core.Video;
using Affect.Vision.Decoding.Nut;
using Affect.Vision.Ffmpeg;
using Affect.Vision.Frames;

namespace Affect.Vision.Decoding;

/// <summary>
/// Pictures of the <c>ffmpeg</c> program, through its standard output: a blocking read straight into the frame's buffer is the cheapest way out of a pipe.
/// </summary>
internal sealed class PictureStream(FfmpegProcess process, FrameBufferPool pool, FrameLayout layout, Rational timeBase, long ptsShift) : IPictureRun
{
    public Task<string?> ReadAsync(PictureJudge judge, PictureReceiver receive, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Read(judge, receive), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Kill() => process.Kill();

    public Task<FfmpegExit> WaitForExitAsync(CancellationToken cancellationToken) => process.WaitForExitAsync(cancellationToken);

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private string? Read(PictureJudge judge, PictureReceiver receive)
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
                    case PictureDecision.Stop:
                        return null;
                    case PictureDecision.Drop:
                        reader.SkipData(frame);
                        continue;
                }

                if (frame.SizeBytes != layout.SizeBytes)
                {
                    return $"A picture of {frame.SizeBytes} bytes came where {layout.SizeBytes} were expected.";
                }

                var picture = pool.Rent(layout.SizeBytes);
                try
                {
                    reader.ReadData(picture.Memory.Span[..layout.SizeBytes]);
                }
                catch
                {
                    picture.Dispose();
                    throw;
                }

                receive(picture, pts);
            }

            return null;
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }
}

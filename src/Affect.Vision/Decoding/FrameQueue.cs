using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Affect.Vision.Frames;

namespace Affect.Vision.Decoding;

/// <summary>
/// Bounded queue from the thread that reads ffmpeg's pipe to an asynchronous consumer. A place is taken before a picture is read from the pipe, so that a slow
/// consumer stops ffmpeg by a full pipe rather than by memory.
/// </summary>
internal sealed class FrameQueue(int capacity) : IDisposable
{
    private readonly SemaphoreSlim _places = new(capacity, capacity);

    private readonly Channel<DecodedFrame> _frames =
        Channel.CreateUnbounded<DecodedFrame>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>Blocks until there is room. Only for the decoder's own reading thread, which has nothing else to do.</summary>
    public void TakePlace(CancellationToken cancellationToken) => _places.Wait(cancellationToken);

    public void Add(DecodedFrame frame)
    {
        if (!_frames.Writer.TryWrite(frame))
        {
            frame.Dispose();
        }
    }

    public void Complete(Exception? error) => _frames.Writer.TryComplete(error);

    public async IAsyncEnumerable<DecodedFrame> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var frame in _frames.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            _places.Release();
            yield return frame;
        }
    }

    /// <summary>Gives back the frames that nobody read; the writer has ended by then.</summary>
    public void Dispose()
    {
        while (_frames.Reader.TryRead(out var frame))
        {
            frame.Dispose();
        }

        _places.Dispose();
    }
}

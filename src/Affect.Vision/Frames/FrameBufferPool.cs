using System.Collections.Concurrent;

namespace Affect.Vision.Frames;

/// <summary>
/// Buffers of whole frames, re-used. They are pinned for life, so a plane's address is stable and nothing is copied when the garbage collector moves things.
/// Thread-safe. A buffer has one owner at a time: the frame that was given it.
/// </summary>
public sealed class FrameBufferPool
{
    /// <summary>Buffers kept for re-use when nobody holds them; more are given back to the garbage collector.</summary>
    public const int DefaultKeep = 32;

    private readonly ConcurrentQueue<byte[]> _free = new();
    private readonly int _keep;
    private int _count;
    private int _rented;

    public FrameBufferPool(int keep = DefaultKeep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        _keep = keep;
    }

    /// <summary>Buffers out at the moment; 0 when every frame has been disposed of.</summary>
    public int Rented => Volatile.Read(ref _rented);

    /// <summary>A buffer of at least this size, with whatever content it had before.</summary>
    public byte[] Rent(int sizeBytes)
    {
        Interlocked.Increment(ref _rented);
        while (_free.TryDequeue(out var buffer))
        {
            Interlocked.Decrement(ref _count);
            // A buffer of another video's size is let go rather than kept for a frame four times smaller.
            if (buffer.Length >= sizeBytes && buffer.Length / 2 <= sizeBytes)
            {
                return buffer;
            }
        }

        return GC.AllocateUninitializedArray<byte>(sizeBytes, pinned: true);
    }

    public void Return(byte[] buffer)
    {
        Interlocked.Decrement(ref _rented);
        if (Interlocked.Increment(ref _count) > _keep)
        {
            Interlocked.Decrement(ref _count);
            return;
        }

        _free.Enqueue(buffer);
    }
}

using System.Buffers;
using System.Collections.Concurrent;

namespace Affect.Vision.Frames;

/// <summary>
/// Buffers of whole frames, re-used. They are pinned for life, so that nothing is copied when the garbage collector moves things.
/// Thread-safe. A buffer has one owner at a time, who disposes of it to give it back.
/// </summary>
public sealed class FrameBufferPool
{
    /// <summary>Buffers kept for re-use when nobody holds them; more are given back to the garbage collector.</summary>
    public const int DefaultKeep = 32;

    private readonly ConcurrentQueue<PooledBuffer> _free = new();
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
    public IMemoryOwner<byte> Rent(int sizeBytes)
    {
        Interlocked.Increment(ref _rented);
        while (_free.TryDequeue(out var buffer))
        {
            Interlocked.Decrement(ref _count);
            // A buffer of another video's size is let go rather than kept for a frame four times smaller.
            if (buffer.Memory.Length >= sizeBytes && buffer.Memory.Length / 2 <= sizeBytes)
            {
                return buffer;
            }
        }

        return new PooledBuffer(this, sizeBytes);
    }

    private void Return(PooledBuffer buffer)
    {
        Interlocked.Decrement(ref _rented);
        if (Interlocked.Increment(ref _count) > _keep)
        {
            Interlocked.Decrement(ref _count);
            return;
        }

        _free.Enqueue(buffer);
    }

    /// <summary>Disposing gives it back: once for each time that it was rented.</summary>
    private sealed class PooledBuffer(FrameBufferPool pool, int sizeBytes) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(sizeBytes, pinned: true);

        public void Dispose() => pool.Return(this);
    }
}

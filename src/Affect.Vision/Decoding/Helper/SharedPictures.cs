using System.Buffers;
using Affect.Decoder;

namespace Affect.Vision.Decoding.Helper;

/// <summary>
/// The receiver's side of the memory that a helper decodes into. Each picture is its slot until it is disposed of, when the slot's number goes back to the helper. The memory lives until the order is
/// closed and the last picture was given back. Thread-safe.
/// </summary>
internal sealed unsafe class SharedPictures(SharedMemory memory, int pictureBytes, Stream returns)
{
    private readonly Lock _lock = new();
    private int _out;
    private bool _isClosed;

    /// <summary>Slots with which the helper can go on.</summary>
    public int Left
    {
        get
        {
            lock (_lock)
            {
                return memory.Slots - _out;
            }
        }
    }

    public ReadOnlySpan<byte> Look(int slot) => new(memory.Slot(slot), pictureBytes);

    public IMemoryOwner<byte> Take(int slot)
    {
        var picture = new Picture(this, slot, memory.Slot(slot), pictureBytes);
        lock (_lock)
        {
            _out++;
        }

        return picture;
    }

    /// <summary>The helper may write into the slot again.</summary>
    public void GiveBack(int slot)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                Return(slot);
            }
        }
    }

    /// <summary>The order has ended: the helper waits for no more slots.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            FreeIfDone();
        }
    }

    private void Dropped(int slot)
    {
        lock (_lock)
        {
            _out--;
            if (!_isClosed)
            {
                Return(slot);
            }

            FreeIfDone();
        }
    }

    private void Return(int slot)
    {
        try
        {
            returns.WriteByte((byte)slot);
            returns.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The helper is gone; whoever reads from it sees that.
        }
    }

    private void FreeIfDone()
    {
        if (_isClosed && _out == 0)
        {
            memory.Dispose();
        }
    }

    private sealed class Picture(SharedPictures owner, int slot, byte* start, int length) : MemoryManager<byte>
    {
        private int _isDropped;

        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
            // The memory never moves.
        }

        protected override void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref _isDropped, 1) == 0)
            {
                owner.Dropped(slot);
            }
        }
    }
}

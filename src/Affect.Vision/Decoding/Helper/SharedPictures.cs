using System.Buffers;
using Affect.Decoder;

namespace Affect.Vision.Decoding.Helper;

/// <summary>
/// The receiver's side of the memory that a helper decodes into. Each picture is its slot until it is disposed of, when the slot's number goes back to the helper: several at once, so that the helper
/// decodes several pictures in a row. Woken for each one, it would take the processor, and its caches, from the lane each time. The memory lives until the order is
/// closed and the last picture was given back. Thread-safe.
/// </summary>
internal sealed unsafe class SharedPictures(SharedMemory memory, int pictureBytes, Stream returns)
{
    /// <summary>Slots that go back together.</summary>
    public const int ReturnedTogether = 4;

    private readonly Lock _lock = new();
    private readonly byte[] _returned = new byte[ReturnedTogether];
    private int _returnedCount;
    private int _out;
    private bool _isClosed;

    /// <summary>
    /// True if one more picture may keep its slot. If not, it must be copied: so many stay free that, once the helper has none left, enough have come back to be sent.
    /// </summary>
    public bool CanKeep
    {
        get
        {
            lock (_lock)
            {
                return _out < memory.Slots - ReturnedTogether;
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
        _returned[_returnedCount++] = (byte)slot;
        if (_returnedCount < ReturnedTogether)
        {
            return;
        }

        _returnedCount = 0;
        try
        {
            returns.Write(_returned);
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

namespace Affect.Decoder;

/// <summary>The slots that no picture is in. The one that came back last is used first: its memory is the likeliest to be in a cache.</summary>
internal sealed class SlotPool
{
    private readonly Stack<int> _free;
    private readonly Stream _returned;
    private readonly byte[] _buffer = new byte[HelperProtocol.MaxSlots];

    /// <param name="slots">All are free.</param>
    /// <param name="returned">Where numbers of slots come back.</param>
    public SlotPool(int slots, Stream returned)
    {
        _free = new Stack<int>(Enumerable.Range(0, slots).Reverse());
        _returned = returned;
    }

    /// <summary>Waits for a free slot.</summary>
    /// <exception cref="EndOfStreamException">Nobody is there to give one back.</exception>
    public int Take()
    {
        if (_free.Count == 0)
        {
            var count = _returned.Read(_buffer);
            if (count == 0)
            {
                throw new EndOfStreamException();
            }

            for (var i = 0; i < count; i++)
            {
                _free.Push(_buffer[i]);
            }
        }

        return _free.Pop();
    }
}

using System.Text;

namespace Affect.Decoder;

/// <summary>
/// Keeps the first and the last part of what a program wrote: the cause is often said first, the consequence last. Bounded, so that a file that
/// makes ffmpeg complain about every macroblock costs no memory. Thread-safe.
/// </summary>
internal sealed class MessageTail
{
    private const int HeadBytes = 1024;
    private const int TailBytes = 3072;

    private readonly Lock _lock = new();
    private readonly byte[] _head = new byte[HeadBytes];
    private readonly byte[] _tail = new byte[TailBytes];
    private int _headLength;
    private long _tailTotal;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            var toHead = Math.Min(bytes.Length, HeadBytes - _headLength);
            bytes[..toHead].CopyTo(_head.AsSpan(_headLength));
            _headLength += toHead;
            foreach (var b in bytes[toHead..])
            {
                _tail[_tailTotal++ % TailBytes] = b;
            }
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _headLength = 0;
            _tailTotal = 0;
        }
    }

    public override string ToString()
    {
        lock (_lock)
        {
            var text = new StringBuilder(Encoding.UTF8.GetString(_head, 0, _headLength));
            if (_tailTotal > TailBytes)
            {
                text.Append("\n[...]\n");
            }

            var length = (int)Math.Min(_tailTotal, TailBytes);
            var tail = new byte[length];
            for (var i = 0; i < length; i++)
            {
                tail[i] = _tail[(_tailTotal - length + i) % TailBytes];
            }

            return text.Append(Encoding.UTF8.GetString(tail)).ToString().Trim();
        }
    }
}

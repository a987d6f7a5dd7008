using System.Buffers.Binary;
using System.Text;
using Affect.Decoder;
using Affect.Vision.Ffmpeg;

namespace Affect.Vision.Decoding.Helper;

/// <summary>
/// A running <c>affect-decoder</c>: FFmpeg's libraries in a process of their own, so that a file that crashes them, or makes them hang, costs that process. One order at a time; a helper
/// whose order did not come to its end is killed, not used again.
/// </summary>
internal sealed class DecoderHelper : IAsyncDisposable
{
    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;
    private bool _saidHello;

    private DecoderHelper(FfmpegProcess process, TimeSpan stallLimit)
    {
        (Process, StallLimit) = (process, stallLimit);
    }

    public FfmpegProcess Process { get; }

    public TimeSpan StallLimit { get; }

    /// <exception cref="FfmpegUnavailableException">It cannot be started.</exception>
    public static DecoderHelper Start(TimeSpan stallLimit, TimeProvider time) => new(
        FfmpegProcess.Start(HelperProgram.DotNet, [HelperProgram.Location], withInput: true, stallLimit, time, CancellationToken.None), stallLimit);

    /// <summary>Waits for the helper's first words. For a thread of the caller's own.</summary>
    /// <returns>Null, or why it cannot be used.</returns>
    /// <exception cref="EndOfStreamException">It has ended.</exception>
    public string? Greet()
    {
        if (_saidHello)
        {
            return null;
        }

        if (Read(1)[0] != HelperProtocol.Hello)
        {
            return "The helper does not speak the protocol.";
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(Read(4));
        var problem = ReadText();
        _saidHello = version >> 16 == Decoder.Libav.Native.MajorVersion;
        return _saidHello ? null : problem;
    }

    /// <summary>Exactly this many bytes of its output; valid until the next read.</summary>
    /// <exception cref="EndOfStreamException">It has ended.</exception>
    public ReadOnlySpan<byte> Read(int count)
    {
        if (_end - _start < count)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            while (_end < count)
            {
                var read = Process.ReadOutput(_buffer.AsSpan(_end));
                _end += read > 0 ? read : throw new EndOfStreamException();
            }
        }

        _start += count;
        return _buffer.AsSpan(_start - count, count);
    }

    /// <summary>What follows <see cref="HelperProtocol.End"/>.</summary>
    public (DecodeEnd Kind, string Messages) ReadEnd() => ((DecodeEnd)BinaryPrimitives.ReadInt32LittleEndian(Read(4)), ReadText());

    private string ReadText()
    {
        var text = new StringBuilder();
        var decoder = Encoding.UTF8.GetDecoder();
        Span<char> characters = stackalloc char[256];
        for (var left = BinaryPrimitives.ReadInt32LittleEndian(Read(4)); left > 0;)
        {
            var part = Math.Min(left, 256);
            left -= part;
            text.Append(characters[..decoder.GetChars(Read(part), characters, flush: left == 0)]);
        }

        return text.ToString();
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}

using System.Buffers.Binary;
using System.Text;

namespace Affect.Decoder;

/// <summary>Writes the helper's side of the protocol, one write a reply.</summary>
internal sealed class ReplyWriter(Stream output)
{
    private readonly byte[] _picture = new byte[1 + HelperProtocol.PictureBytes];

    public void Hello((int Version, string Problem) libraries) => Write(HelperProtocol.Hello, libraries.Version, libraries.Problem);

    public void Picture(int slot, long pts)
    {
        _picture[0] = HelperProtocol.Picture;
        BinaryPrimitives.WriteInt32LittleEndian(_picture.AsSpan(1), slot);
        BinaryPrimitives.WriteInt64LittleEndian(_picture.AsSpan(5), pts);
        output.Write(_picture);
    }

    public void End(DecodeEnd end, string messages) => Write(HelperProtocol.End, (int)end, messages);

    private void Write(byte kind, int number, string text)
    {
        var reply = new byte[9 + Encoding.UTF8.GetByteCount(text)];
        reply[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(reply.AsSpan(1), number);
        BinaryPrimitives.WriteInt32LittleEndian(reply.AsSpan(5), Encoding.UTF8.GetBytes(text, reply.AsSpan(9)));
        output.Write(reply);
    }
}

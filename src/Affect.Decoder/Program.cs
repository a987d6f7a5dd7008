using Affect.Decoder;
using Affect.Decoder.Libav;

// Started by Affect.Vision, one for each lane that decodes; never by hand. Standard input and output are the protocol's (HelperProtocol).
if (!OperatingSystem.IsLinux())
{
    Console.Error.WriteLine("affect-decoder needs Linux.");
    return 69;
}

using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();
var tail = new MessageTail();
var writer = new ReplyWriter(output);
try
{
    writer.Hello(LibavLibrary.Load(tail));
    while (DecodeOrder.Read(input) is { } order)
    {
        tail.Clear();
        using var pictures = SharedMemory.Open(order.Memory, order.SlotBytes, order.Slots);
        var session = new DecodeSession(order, pictures, new SlotPool(order.Slots, input), writer, tail);
        writer.End(session.Run(), tail.ToString());
    }

    return 0;
}
catch (Exception e) when (e is IOException or EndOfStreamException)
{
    // The other side is gone: there is nobody to decode for.
    return 0;
}

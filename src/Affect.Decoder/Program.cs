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
        writer.End(Decode(order, input, writer, tail), tail.ToString());
    }

    return 0;
}
catch (IOException)
{
    // The other side is gone: there is nobody to decode for.
    return 0;
}

static DecodeEnd Decode(DecodeOrder order, Stream input, ReplyWriter writer, MessageTail tail)
{
    SharedMemory pictures;
    try
    {
        pictures = SharedMemory.Open(order.Memory, order.SlotBytes, order.Slots);
    }
    catch (IOException e)
    {
        tail.Append(System.Text.Encoding.UTF8.GetBytes(e.Message));
        return DecodeEnd.NoMemory;
    }

    using (pictures)
    {
        return new DecodeSession(order, pictures, new SlotPool(order.Slots, input), writer, tail).Run();
    }
}

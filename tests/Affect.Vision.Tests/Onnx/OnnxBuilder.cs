using System.Text;

namespace Affect.Vision.Tests.Onnx;

/// <summary>
/// Writes small ONNX models (onnx/onnx.proto at v1.12.0) byte by byte, so that tests can have good and broken models without binary fixtures.
/// </summary>
internal sealed class OnnxBuilder
{
    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _weights = [];
    private readonly List<byte[]> _outputs = [];

    public int Opset { get; set; } = 13;

    public long[] InputShape { get; set; } = [-1, 3, 16, 16];

    public string InputName { get; set; } = "input";

    public OnnxBuilder Weight(string name, float[] values, params long[] dims)
    {
        var tensor = new Message();
        foreach (var dim in dims)
        {
            tensor.Number(1, dim);
        }

        var raw = new byte[4 * values.Length];
        Buffer.BlockCopy(values, 0, raw, 0, raw.Length);
        _weights.Add(tensor.Number(2, 1).Text(8, name).Bytes(9, raw).ToArray());
        return this;
    }

    public OnnxBuilder Node(string operation, string[] inputs, string output, params (string Name, long[] Values)[] attributes)
    {
        var node = new Message();
        foreach (var input in inputs)
        {
            node.Text(1, input);
        }

        node.Text(2, output).Text(4, operation);
        foreach (var (name, values) in attributes)
        {
            var attribute = new Message().Text(1, name);
            foreach (var value in values)
            {
                attribute.Number(8, value);
            }

            node.Bytes(5, attribute.Number(20, 7).ToArray());
        }

        _nodes.Add(node.ToArray());
        return this;
    }

    public OnnxBuilder Output(string name, params long[] shape)
    {
        _outputs.Add(Value(name, shape));
        return this;
    }

    public byte[] Build()
    {
        var graph = new Message();
        _nodes.ForEach(node => graph.Bytes(1, node));
        graph.Text(2, "test");
        _weights.ForEach(weight => graph.Bytes(5, weight));
        graph.Bytes(11, Value(InputName, InputShape));
        _outputs.ForEach(output => graph.Bytes(12, output));
        return new Message()
            .Number(1, 8)
            .Bytes(7, graph.ToArray())
            .Bytes(8, new Message().Number(2, Opset).ToArray())
            .ToArray();
    }

    private static byte[] Value(string name, long[] shape)
    {
        var dims = new Message();
        foreach (var size in shape)
        {
            dims.Bytes(1, (size < 0 ? new Message().Text(2, "free") : new Message().Number(1, size)).ToArray());
        }

        var tensor = new Message().Number(1, 1).Bytes(2, dims.ToArray());
        return new Message().Text(1, name).Bytes(2, new Message().Bytes(1, tensor.ToArray()).ToArray()).ToArray();
    }

    private sealed class Message
    {
        private readonly MemoryStream _stream = new();

        public Message Number(int field, long value)
        {
            Varint((ulong)(field << 3));
            Varint((ulong)value);
            return this;
        }

        public Message Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

        public Message Bytes(int field, byte[] value)
        {
            Varint((ulong)((field << 3) | 2));
            Varint((ulong)value.Length);
            _stream.Write(value);
            return this;
        }

        public byte[] ToArray() => _stream.ToArray();

        private void Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
            {
                _stream.WriteByte((byte)(value | 0x80));
            }

            _stream.WriteByte((byte)value);
        }
    }
}

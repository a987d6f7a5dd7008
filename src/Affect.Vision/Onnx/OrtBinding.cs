using Microsoft.ML.OnnxRuntime;

namespace Affect.Vision.Onnx;

/// <summary>
/// The input and output buffers of one lane for one input shape. Fill <see cref="Input"/>, call <see cref="Run"/>, read the outputs. Not thread safe. On the
/// CPU a run allocates nothing and copies nothing.
/// </summary>
internal sealed class OrtBinding : IDisposable
{
    private readonly OrtSession _session;
    private readonly InferenceSession _native;
    private readonly long[] _shape;
    private readonly float[] _input;
    private readonly OrtValue _inputValue;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _runOptions = new();
    private readonly float[][] _outputs;
    private readonly long[][] _outputShapes;
    private readonly OrtValue[] _outputValues;

    public OrtBinding(OrtSession session, InferenceSession native, long[] shape, IReadOnlyList<string> outputs)
    {
        _session = session;
        _native = native;
        _shape = shape;
        _input = GC.AllocateArray<float>(checked((int)Product(shape)), pinned: true);
        _inputValue = OrtValue.CreateTensorValueFromMemory(_input, shape);
        _binding = native.CreateIoBinding();
        _binding.BindInput(session.Manifest.Input.Tensor, _inputValue);
        _outputShapes = OutputShapes(outputs);
        _outputs = new float[outputs.Count][];
        _outputValues = new OrtValue[outputs.Count];
        for (var i = 0; i < outputs.Count; i++)
        {
            _outputs[i] = GC.AllocateArray<float>(checked((int)Product(_outputShapes[i])), pinned: true);
            _outputValues[i] = OrtValue.CreateTensorValueFromMemory(_outputs[i], _outputShapes[i]);
            _binding.BindOutput(outputs[i], _outputValues[i]);
        }
    }

    /// <summary>Images per run.</summary>
    public int Batch => (int)_shape[0];

    /// <summary>The input tensor, float32, in the model's layout.</summary>
    public Span<float> Input => _input;

    /// <summary>An output tensor, in the order in which the outputs were asked for.</summary>
    public ReadOnlySpan<float> Output(int index) => _outputs[index];

    public ReadOnlySpan<long> OutputShape(int index) => _outputShapes[index];

    /// <summary>The input values of one image of the batch.</summary>
    public Span<float> Image(int index)
    {
        var length = _input.Length / Batch;
        return _input.AsSpan(index * length, length);
    }

    public void Run()
    {
        using var turn = GpuTurn.Take(_session.Device);
        try
        {
            if (_session.Device.Kind != DeviceKind.Cpu)
            {
                // Binding is what copies the input to the device.
                _binding.BindInput(_session.Manifest.Input.Tensor, _inputValue);
            }

            _native.RunWithBinding(_runOptions, _binding);
        }
        catch (OnnxRuntimeException error)
        {
            throw _session.RunFailed(_shape, error);
        }
    }

    public void Dispose()
    {
        _binding.Dispose();
        _inputValue.Dispose();
        foreach (var value in _outputValues)
        {
            value.Dispose();
        }

        _runOptions.Dispose();
    }

    private long[][] OutputShapes(IReadOnlyList<string> outputs)
    {
        var metadata = _native.OutputMetadata;
        var shapes = outputs.Select(name => metadata[name].Dimensions.Select(size => (long)size).ToArray()).ToArray();
        foreach (var shape in shapes)
        {
            if (shape.Length > 0 && shape[0] < 0)
            {
                shape[0] = Batch;
            }
        }

        if (shapes.All(shape => shape.All(size => size > 0)))
        {
            return shapes;
        }

        // The graph does not say how long its outputs are for this input: run it once and look.
        foreach (var name in outputs)
        {
            _binding.BindOutputToDevice(name, OrtMemoryInfo.DefaultInstance);
        }

        _native.RunWithBinding(_runOptions, _binding);
        using var values = _binding.GetOutputValues();
        shapes = values.Select(value => value.GetTensorTypeAndShape().Shape).ToArray();
        _binding.ClearBoundOutputs();
        return shapes;
    }

    private static long Product(ReadOnlySpan<long> shape)
    {
        var product = 1L;
        foreach (var size in shape)
        {
            product = checked(product * size);
        }

        return product;
    }
}

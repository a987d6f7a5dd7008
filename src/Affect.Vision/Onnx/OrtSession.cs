using Affect.Vision.Models;
using Affect.Vision.Pixels;
using Microsoft.ML.OnnxRuntime;

namespace Affect.Vision.Onnx;

/// <summary>
/// A model that is loaded, checked against its description and self-tested. Thread safe: one session is shared by all lanes. What belongs to one lane
/// is its <see cref="OrtBinding"/>.
/// </summary>
public sealed class OrtSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly int _intraOpThreads;
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Batch, int Width, int Height), InferenceSession> _ofShape = [];

    private OrtSession(ModelManifest manifest, DeviceSpec device, int intraOpThreads, InferenceSession session)
    {
        Manifest = manifest;
        Device = device;
        _intraOpThreads = intraOpThreads;
        _session = session;
    }

    public ModelManifest Manifest { get; }

    public DeviceSpec Device { get; }

    /// <summary>Largest absolute difference from the golden outputs when the model was loaded; null where it has none.</summary>
    public float? GoldenDifference { get; private set; }

    /// <summary>The device is a GPU that lacks operators of the model: ONNX Runtime runs those on the CPU. Said wherever the model is checked or used.</summary>
    public bool UsesCpuToo { get; private init; }

    /// <summary>
    /// Every run has the full batch, unused places as they are: the graph's batch is fixed, or the device is a GPU, which is as fast with a full one and slow to get ready for another.
    /// </summary>
    internal bool RunsFullBatches => Manifest.Input.Batch > 0 || Device.Kind != DeviceKind.Cpu;

    internal InferenceSession Native => _session;

    /// <summary>Loads a model on a device. Throws <see cref="ModelException"/> or <see cref="DeviceException"/>.</summary>
    /// <param name="intraOpThreads">Threads inside of one run. 1 (default) where several lanes run side by side.</param>
    public static OrtSession Open(ModelManifest manifest, DeviceSpec device, int intraOpThreads = 1)
    {
        InferenceSession native;
        bool usesCpuToo;
        try
        {
            (native, usesCpuToo) = Load(manifest, device, intraOpThreads);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ModelException(
                manifest.OnnxFile,
                $"ONNX Runtime {OrtRuntime.Version} cannot load it on {device} (operator set {manifest.Opset}): {error.Message}",
                "Export the model with an operator set and operators that this ONNX Runtime knows, or install a newer one.",
                error);
        }

        var session = new OrtSession(manifest, device, intraOpThreads, native) { UsesCpuToo = usesCpuToo };
        try
        {
            GraphCheck.Verify(manifest, native);
            session.GoldenDifference = GoldenCheck.Verify(session);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static (InferenceSession Session, bool UsesCpuToo) Load(ModelManifest manifest, DeviceSpec device, int intraOpThreads)
    {
        if (device.Kind != DeviceKind.Cpu)
        {
            try
            {
                using var whole = OrtRuntime.Options(device, intraOpThreads, isWhole: true);
                return (new InferenceSession(manifest.OnnxFile, whole), false);
            }
            catch (OnnxRuntimeException error) when (GpuProviders.LacksOperators(error.Message))
            {
            }
        }

        using var options = OrtRuntime.Options(device, intraOpThreads);
        return (new InferenceSession(manifest.OnnxFile, options), device.Kind != DeviceKind.Cpu);
    }

    /// <summary>Buffers for one lane and one input shape, used again for every run.</summary>
    /// <param name="batch">Images per run; must be the model's own where that is fixed.</param>
    /// <param name="widthPixels">Ignored where the model's size is fixed.</param>
    /// <param name="heightPixels">Ignored where the model's size is fixed.</param>
    internal OrtBinding Bind(int batch, int widthPixels, int heightPixels, IReadOnlyList<string> outputs)
    {
        var input = Manifest.Input;
        var shape = input.HasFreeSize ? input.Shape(batch, widthPixels, heightPixels) : input.Shape(batch, input.WidthPixels, input.HeightPixels);
        try
        {
            return new OrtBinding(this, NativeFor(batch, widthPixels, heightPixels), shape, outputs);
        }
        catch (OnnxRuntimeException error)
        {
            throw RunFailed(shape, error);
        }
    }

    /// <summary>
    /// A session of its own for each shape of the input that the graph leaves open, told that shape. On the CPU it matters where the picture's size is open: knowing every
    /// tensor's shape, ONNX Runtime fuses what it must keep apart otherwise (6 % less time for the default detector). On a GPU it matters for the number of pictures too: cuDNN
    /// plans each convolution anew whenever its input's shape is not that of the run before (100 times the time on an H100). Shapes are few: sizes are multiples of the
    /// stride, batches on a GPU are always full. A session costs little memory on the CPU, and on a GPU what its activations take.
    /// </summary>
    private InferenceSession NativeFor(int batch, int widthPixels, int heightPixels)
    {
        var input = Manifest.Input;
        var names = _session.InputMetadata[input.Tensor].SymbolicDimensions;
        var (heightAt, widthAt) = input.Format.Layout == TensorLayout.Nchw ? (2, 3) : (1, 2);
        var hasNamedSize = input.HasFreeSize && !string.IsNullOrEmpty(names[heightAt]) && !string.IsNullOrEmpty(names[widthAt]) && names[heightAt] != names[widthAt];
        if (Device.Kind == DeviceKind.Cpu ? !hasNamedSize : !input.HasFreeSize && input.Batch > 0)
        {
            return _session;
        }

        var key = input.HasFreeSize ? (batch, widthPixels, heightPixels) : (batch, input.WidthPixels, input.HeightPixels);
        lock (_gate)
        {
            if (!_ofShape.TryGetValue(key, out var native))
            {
                using var options = OrtRuntime.Options(Device, _intraOpThreads);
                if (hasNamedSize)
                {
                    options.AddFreeDimensionOverrideByName(names[heightAt], heightPixels);
                    options.AddFreeDimensionOverrideByName(names[widthAt], widthPixels);
                }

                if (input.Batch < 0 && !string.IsNullOrEmpty(names[0]))
                {
                    options.AddFreeDimensionOverrideByName(names[0], batch);
                }

                native = new InferenceSession(Manifest.OnnxFile, options);
                _ofShape.Add(key, native);
            }

            return native;
        }
    }

    internal ModelException RunFailed(long[] shape, OnnxRuntimeException error) => new(
        Manifest.OnnxFile,
        $"ONNX Runtime cannot run it on an input of shape [{string.Join(", ", shape)}] on {Device}: {error.Message}",
        "Check that 'input.shape' in its model.json is what the graph takes.",
        error);

    public void Dispose()
    {
        foreach (var native in _ofShape.Values)
        {
            native.Dispose();
        }

        _session.Dispose();
    }
}

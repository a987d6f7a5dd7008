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
    private readonly Dictionary<(int Batch, int Width, int Height), InferenceSession> _ofSize = [];

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

    internal InferenceSession Native => _session;

    /// <summary>Loads a model on a device. Throws <see cref="ModelException"/> or <see cref="DeviceException"/>.</summary>
    /// <param name="intraOpThreads">Threads inside of one run. 1 (default) where several lanes run side by side.</param>
    public static OrtSession Open(ModelManifest manifest, DeviceSpec device, int intraOpThreads = 1)
    {
        using var options = OrtRuntime.Options(device, intraOpThreads);
        InferenceSession native;
        try
        {
            native = new InferenceSession(manifest.OnnxFile, options);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ModelException(
                manifest.OnnxFile,
                $"ONNX Runtime {OrtRuntime.Version} cannot load it on {device} (operator set {manifest.Opset}): {error.Message}",
                "Export the model with an operator set and operators that this ONNX Runtime knows, or install a newer one.",
                error);
        }

        var session = new OrtSession(manifest, device, intraOpThreads, native);
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
    /// Where a graph leaves its input's size free, a session that was told the size: knowing every tensor's shape, ONNX Runtime fuses what it must keep apart
    /// otherwise (6 % less time for the default detector). On the CPU only; sessions there cost little memory, and sizes are few, being multiples of the stride.
    /// </summary>
    private InferenceSession NativeFor(int batch, int widthPixels, int heightPixels)
    {
        var names = _session.InputMetadata[Manifest.Input.Tensor].SymbolicDimensions;
        var (heightAt, widthAt) = Manifest.Input.Format.Layout == TensorLayout.Nchw ? (2, 3) : (1, 2);
        if (!Manifest.Input.HasFreeSize || Device.Kind != DeviceKind.Cpu || string.IsNullOrEmpty(names[heightAt]) || string.IsNullOrEmpty(names[widthAt]) ||
            names[heightAt] == names[widthAt])
        {
            return _session;
        }

        lock (_gate)
        {
            if (!_ofSize.TryGetValue((batch, widthPixels, heightPixels), out var native))
            {
                using var options = OrtRuntime.Options(Device, _intraOpThreads);
                options.AddFreeDimensionOverrideByName(names[heightAt], heightPixels);
                options.AddFreeDimensionOverrideByName(names[widthAt], widthPixels);
                if (Manifest.Input.Batch < 0 && !string.IsNullOrEmpty(names[0]))
                {
                    options.AddFreeDimensionOverrideByName(names[0], batch);
                }

                native = new InferenceSession(Manifest.OnnxFile, options);
                _ofSize.Add((batch, widthPixels, heightPixels), native);
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
        foreach (var native in _ofSize.Values)
        {
            native.Dispose();
        }

        _session.Dispose();
    }
}

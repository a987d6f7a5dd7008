using Microsoft.ML.OnnxRuntime;

namespace Affect.Vision.Onnx;

/// <summary>What the installed ONNX Runtime is and can do.</summary>
public static class OrtRuntime
{
    /// <summary>ONNX Runtime's version, for instance 1.29.0.</summary>
    public static string Version => Environment(DeviceSpec.Cpu).GetVersionString();

    /// <summary>The execution providers that the native library was built with. That one is listed does not mean that its driver is there: see <see cref="Probe"/>.</summary>
    public static IReadOnlyList<string> Providers => Environment(DeviceSpec.Cpu).GetAvailableProviders();

    /// <summary>Tries to set the device up, without a model. Null when it can be used, otherwise why not.</summary>
    public static string? Probe(DeviceSpec device)
    {
        try
        {
            using var options = Options(device, 1);
            return null;
        }
        catch (DeviceException error)
        {
            return error.Message;
        }
    }

    internal static SessionOptions Options(DeviceSpec device, int intraOpThreads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(intraOpThreads, 1);
        var environment = Environment(device);
        var provider = device.Kind switch
        {
            DeviceKind.Cpu => "CPUExecutionProvider",
            DeviceKind.Cuda => "CUDAExecutionProvider",
            DeviceKind.TensorRt => "TensorrtExecutionProvider",
            _ => throw new ArgumentOutOfRangeException(nameof(device), device, "The device is not set."),
        };
        if (!environment.GetAvailableProviders().Contains(provider, StringComparer.Ordinal))
        {
            throw new DeviceException(
                device, $"this ONNX Runtime {environment.GetVersionString()} was built without {provider}.", "Install the GPU build, or ask for cpu.");
        }

        var options = new SessionOptions
        {
            // Lanes run side by side, so one thread inside of a lane keeps the cores busy with the least overhead.
            IntraOpNumThreads = intraOpThreads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            // Denormals cost up to a hundred times a normal operation and mean nothing here.
            options.AddSessionConfigEntry("session.set_denormal_as_zero", "1");
            switch (device.Kind)
            {
                case DeviceKind.Cuda:
                    options.AppendExecutionProvider_CUDA(device.Index);
                    break;
                case DeviceKind.TensorRt:
                    options.AppendExecutionProvider_Tensorrt(device.Index);
                    options.AppendExecutionProvider_CUDA(device.Index);
                    break;
                default:
                    break;
            }

            return options;
        }
        catch (OnnxRuntimeException error)
        {
            options.Dispose();
            throw new DeviceException(
                device, $"its execution provider cannot be set up: {error.Message}", "Check the GPU's driver and the provider's libraries, or ask for cpu.", error);
        }
    }

    private static OrtEnv Environment(DeviceSpec device)
    {
        try
        {
            return OrtEnv.Instance();
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException)
        {
            throw new DeviceException(device, "the native ONNX Runtime library cannot be loaded.", "Run eng/setup.sh, or publish the program again.", error);
        }
    }
}

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

    /// <param name="device">Where models run.</param>
    /// <param name="intraOpThreads">Threads inside of one run.</param>
    /// <param name="isWhole">Loading then fails (<see cref="GpuProviders.LacksOperators"/>) where the device lacks operators of the model, instead of leaving them to the CPU.</param>
    internal static SessionOptions Options(DeviceSpec device, int intraOpThreads, bool isWhole = false)
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
            // On a GPU the fusions above "basic" are convolutions with their activation: no faster, and where cuDNN has none in float32 ONNX Runtime takes TF32 without a word.
            GraphOptimizationLevel = device.Kind == DeviceKind.Cpu ? GraphOptimizationLevel.ORT_ENABLE_ALL : GraphOptimizationLevel.ORT_ENABLE_BASIC,
            // What goes wrong is thrown; of a trial it is expected.
            LogSeverityLevel = isWhole ? OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL : OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            // Denormals cost up to a hundred times a normal operation and mean nothing here.
            options.AddSessionConfigEntry("session.set_denormal_as_zero", "1");
            if (device.Kind != DeviceKind.Cpu)
            {
                GpuProviders.Append(options, device);
                if (isWhole)
                {
                    options.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
                }
            }

            return options;
        }
        catch (OnnxRuntimeException error)
        {
            options.Dispose();
            throw new DeviceException(
                device, $"its execution provider cannot be set up: {GpuProviders.CauseOf(error.Message)}", "Check the GPU's driver and the provider's libraries, or ask for cpu.", error);
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

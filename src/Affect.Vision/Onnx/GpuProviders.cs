using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace Affect.Vision.Onnx;

/// <summary>The settings of ONNX Runtime's providers for NVIDIA GPUs.</summary>
internal static partial class GpuProviders
{
    public static void Append(SessionOptions options, DeviceSpec device)
    {
        var number = device.Index.ToString(CultureInfo.InvariantCulture);
        if (device.Kind == DeviceKind.TensorRt)
        {
            using var tensorRt = new OrtTensorRTProviderOptions();
            tensorRt.UpdateOptions(new Dictionary<string, string> { ["device_id"] = number });
            options.AppendExecutionProvider_Tensorrt(tensorRt);
        }

        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(new Dictionary<string, string>
        {
            ["device_id"] = number,
            // TF32 keeps ten bits of a number: it moves an expression's logit by 0.002, and labels would depend on the device that a chunk happened to meet.
            ["use_tf32"] = "0",
            // By rule, so that each start computes the same bits.
            ["cudnn_conv_algo_search"] = "HEURISTIC",
            // Doubling what was asked for takes gigabytes of a GPU that may be shared.
            ["arena_extend_strategy"] = "kSameAsRequested",
        });
        options.AppendExecutionProvider_CUDA(cuda);
    }

    /// <summary>What the loader said (mostly the library that is missing) without the places in ONNX Runtime's source that it passed through.</summary>
    public static string CauseOf(string message) => LoaderMessage().Match(message) is { Success: true } match ? match.Groups[1].Value.Trim() + "." : message;

    /// <summary>Loading failed only because the device lacks operators of the model.</summary>
    public static bool LacksOperators(string message) => message.Contains("fallback to CPU EP has been explicitly disabled", StringComparison.Ordinal);

    [GeneratedRegex(@"with error: (.+?)\.?\s*$", RegexOptions.Singleline)]
    private static partial Regex LoaderMessage();
}

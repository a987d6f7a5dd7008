using System.Globalization;

namespace Affect.Vision.Onnx;

public enum DeviceKind
{
    Unknown = 0,
    Cpu = 1,
    Cuda = 2,
    TensorRt = 3,
}

/// <summary>Where models run: <c>cpu</c>, <c>cuda:N</c> or <c>tensorrt:N</c>, N being the GPU's number from 0.</summary>
public readonly record struct DeviceSpec(DeviceKind Kind, int Index)
{
    public static readonly DeviceSpec Cpu = new(DeviceKind.Cpu, 0);

    /// <summary>Parses the text form; a GPU without a number is the first one. Throws <see cref="FormatException"/> naming the allowed forms.</summary>
    public static DeviceSpec Parse(string text) =>
        TryParse(text, out var device) ? device : throw new FormatException($"\"{text}\" is not a device. Use cpu, cuda:N or tensorrt:N (N from 0).");

    public static bool TryParse(string? text, out DeviceSpec device)
    {
        device = default;
        var parts = (text ?? string.Empty).Trim().ToLowerInvariant().Split(':');
        var kind = parts[0] switch
        {
            "cpu" => DeviceKind.Cpu,
            "cuda" => DeviceKind.Cuda,
            "tensorrt" => DeviceKind.TensorRt,
            _ => DeviceKind.Unknown,
        };
        var index = 0;
        var numberIsRight = parts.Length == 1 ||
            (parts.Length == 2 && kind != DeviceKind.Cpu && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index) && index < 1024);
        if (kind == DeviceKind.Unknown || !numberIsRight)
        {
            return false;
        }

        device = new DeviceSpec(kind, index);
        return true;
    }

    public override string ToString() => Kind switch
    {
        DeviceKind.Cpu => "cpu",
        DeviceKind.Cuda => string.Create(CultureInfo.InvariantCulture, $"cuda:{Index}"),
        DeviceKind.TensorRt => string.Create(CultureInfo.InvariantCulture, $"tensorrt:{Index}"),
        _ => "unknown",
    };
}

/// <summary>The device that was asked for cannot be used. There is no fall-back to another one: the run stops before any work.</summary>
public sealed class DeviceException : Exception
{
    public DeviceException(DeviceSpec device, string cause, string remedy, Exception? inner = null)
        : base($"Device {device}: {cause} {remedy}", inner) => Device = device;

    public DeviceSpec Device { get; }
}

using Affect.Coordinator.Cli;
using Affect.Coordinator.Local;
using Affect.Engine.Models;
using Affect.Vision.Onnx;

namespace Affect.Coordinator.Doctor;

/// <summary>What runs the models, and the models.</summary>
internal static class InferenceChecks
{
    public static IReadOnlyList<DoctorCheck> Run(DeviceSpec wanted)
    {
        var checks = new List<DoctorCheck>();
        try
        {
            checks.Add(new DoctorCheck("inference", "ONNX Runtime", DoctorStatus.Ok, $"{OrtRuntime.Version}; built with {string.Join(", ", OrtRuntime.Providers)}"));
        }
        catch (DeviceException e)
        {
            return [new DoctorCheck("inference", "ONNX Runtime", DoctorStatus.Problem, "cannot be loaded", e.Message)];
        }

        DeviceSpec[] devices = [DeviceSpec.Cpu, new(DeviceKind.Cuda, 0), new(DeviceKind.TensorRt, 0)];
        foreach (var device in devices.Append(wanted).Distinct())
        {
            checks.Add(Device(device, wanted));
        }

        foreach (var name in Installation.Models.Names())
        {
            checks.Add(Model(name, wanted.Kind != DeviceKind.Unknown && checks.Exists(c => c.Name == wanted.ToString() && c.Status == DoctorStatus.Ok) ? wanted : DeviceSpec.Cpu));
        }

        foreach (var needed in new[] { ModelLocator.DefaultAffectModel, ModelLocator.DefaultDetector }.Except(Installation.Models.Names()))
        {
            checks.Add(new DoctorCheck("models", needed, DoctorStatus.Problem, $"not in {Installation.Models.ModelsFolder}", "Install the program again, or set AFFECT_HOME to its folder."));
        }

        return checks;
    }

    private static DoctorCheck Device(DeviceSpec device, DeviceSpec wanted)
    {
        if ((MissingLibrary(device) ?? OrtRuntime.Probe(device)) is not { } why)
        {
            return new DoctorCheck("inference", device.ToString(), DoctorStatus.Ok, "opens");
        }

        var remedy = device.Kind switch
        {
            DeviceKind.Cuda => "It needs an NVIDIA driver, CUDA and cuDNN, and the GPU build of ONNX Runtime: eng/setup.sh gpu.",
            DeviceKind.TensorRt => "It needs what CUDA needs and the TensorRT libraries: eng/setup.sh gpu.",
            _ => "Run eng/setup.sh, or publish the program again.",
        };
        var isNeeded = device == wanted || device.Kind == DeviceKind.Cpu;
        return new DoctorCheck("inference", device.ToString(), isNeeded ? DoctorStatus.Problem : DoctorStatus.Note, "does not open", $"{why.ReplaceLineEndings(" ")} {remedy}");
    }

    /// <summary>Looked for first: ONNX Runtime itself writes to stderr when it does not find the library of a provider.</summary>
    private static string? MissingLibrary(DeviceSpec device)
    {
        var library = device.Kind switch
        {
            DeviceKind.Cuda => "libonnxruntime_providers_cuda.so",
            DeviceKind.TensorRt => "libonnxruntime_providers_tensorrt.so",
            _ => null,
        };
        if (library is null || !OperatingSystem.IsLinux())
        {
            return null;
        }

        var folders = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? string.Empty).Split(Path.PathSeparator).Append(AppContext.BaseDirectory);
        return folders.Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, library))) ? null : $"{library} is not installed.";
    }

    private static DoctorCheck Model(string name, DeviceSpec device)
    {
        var check = ModelCheck.Run(Installation.Models.Find(name)!, device);
        var isNeeded = name is ModelLocator.DefaultAffectModel or ModelLocator.DefaultDetector;
        return check.Passed
            ? new DoctorCheck("models", name, DoctorStatus.Ok, check.ToText()[(check.Model.Length + 2)..])
            : new DoctorCheck("models", name, isNeeded ? DoctorStatus.Problem : DoctorStatus.Note, "not usable", check.Problem);
    }
}

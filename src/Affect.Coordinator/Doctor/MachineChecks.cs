using System.Globalization;
using System.Runtime.InteropServices;
using Affect.Coordinator.Cli;
using Affect.Coordinator.Local;

namespace Affect.Coordinator.Doctor;

/// <summary>The computer itself.</summary>
internal static class MachineChecks
{
    private const long LeastMemoryBytes = 1L << 30;
    private const long LeastDiskBytes = 1L << 30;

    public static IEnumerable<DoctorCheck> Run(string cacheFolder)
    {
        yield return new DoctorCheck("machine", "system", DoctorStatus.Ok, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {RuntimeInformation.FrameworkDescription}");
        yield return new DoctorCheck("machine", "cores", DoctorStatus.Ok, Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture));
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        yield return memory >= LeastMemoryBytes
            ? new DoctorCheck("machine", "memory", DoctorStatus.Ok, Figures.Bytes(memory))
            : new DoctorCheck("machine", "memory", DoctorStatus.Problem, Figures.Bytes(memory), "A run needs about 700 MB: give this process or container more memory.");
        yield return new DoctorCheck("machine", "program", DoctorStatus.Ok, $"affect {Installation.Version}, models and samples in {Installation.Home}");
        yield return Free("cache folder", cacheFolder);
        yield return Free("scratch folder", Path.GetTempPath());
    }

    private static DoctorCheck Free(string name, string folder)
    {
        try
        {
            var existing = folder;
            while (!Directory.Exists(existing))
            {
                existing = Path.GetDirectoryName(existing) ?? "/";
            }

            var free = new DriveInfo(existing).AvailableFreeSpace;
            return free >= LeastDiskBytes
                ? new DoctorCheck("machine", name, DoctorStatus.Ok, $"{folder}, {Figures.Bytes(free)} free")
                : new DoctorCheck("machine", name, DoctorStatus.Problem, $"{folder}, {Figures.Bytes(free)} free", "Make room, or name another folder with AFFECT_CACHE (cache) or TMPDIR (scratch).");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new DoctorCheck("machine", name, DoctorStatus.Problem, $"{folder}: {e.Message}", "Name a folder that can be written with AFFECT_CACHE (cache) or TMPDIR (scratch).");
        }
    }
}

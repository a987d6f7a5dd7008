using System.Globalization;

namespace Affect.ClusterBenchmarks;

/// <summary>Which machine, and what else it did: figures without them say nothing.</summary>
internal static class MachineLine
{
    public static string Text() => string.Create(
        CultureInfo.InvariantCulture,
        $"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm}Z, {Processor()}, {Environment.ProcessorCount} cores, {Environment.OSVersion}, .NET {Environment.Version}, load average {Load()}");

    /// <summary>Runnable processes over 1 and 5 minutes: above the number of cores, others wanted the machine too.</summary>
    public static string Load() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(2));

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";
}

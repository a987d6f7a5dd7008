using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Coordinator.Reports;
using Affect.Core.Runs;
using Affect.Engine.Finalising;
using Affect.Engine.Local;
using Affect.Engine.Runs;
using Affect.Storage.Objects;

namespace Affect.Coordinator.Local;

/// <summary>
/// What labelling a run cost. Time and stages are those of the markers, so they are the same whoever asks and whenever; CPU time and memory are known only to
/// the call that did all of it, and are carried on from its report.
/// </summary>
internal static class RunCost
{
    /// <summary>The cost of the run that this call has just finished.</summary>
    public static async Task<ReportThroughput?> OfCallAsync(LocalRunResult result, RunOptions options, string device, CancellationToken cancellationToken)
    {
        if (result.ChunksBefore > 0 || result.Final.Done.Count == 0)
        {
            return await OfStoredAsync(result.Store, result.Final, cancellationToken).ConfigureAwait(false);
        }

        using var process = Process.GetCurrentProcess();
        return Of(result.Final) is not { } cost ? null : cost with
        {
            CpuSeconds = process.TotalProcessorTime.TotalSeconds + ChildrenSeconds(),
            PeakMemoryBytes = process.PeakWorkingSet64,
            Workers = options.Workers,
            Device = device,
            Machine = MachineText(),
        };
    }

    /// <summary>The cost of a run as far as storage knows it.</summary>
    public static async Task<ReportThroughput?> OfStoredAsync(RunStore store, FinalResult final, CancellationToken cancellationToken)
    {
        if (Of(final) is not { } cost)
        {
            return null;
        }

        var earlier = await EarlierAsync(store, cancellationToken).ConfigureAwait(false);
        var same = earlier?.WallSeconds is { } before && cost.WallSeconds is { } now && Math.Abs(before - now) < 0.001;
        return cost with
        {
            CpuSeconds = same ? earlier!.CpuSeconds : null,
            PeakMemoryBytes = same ? earlier!.PeakMemoryBytes : null,
            Workers = same ? earlier!.Workers : cost.Workers,
            Device = earlier?.Device ?? cost.Device,
            Machine = earlier?.Machine ?? cost.Machine,
        };
    }

    /// <summary>From the markers alone. One call of the program is one epoch of attempts; time between two calls is not working time.</summary>
    private static ReportThroughput? Of(FinalResult final)
    {
        if (final.Done.Count == 0)
        {
            return null;
        }

        var spells = final.Done.Spells;
        var t = final.Done.Timings;
        return new ReportThroughput(
            spells is [var only] ? (only.Finished - only.Started).TotalSeconds : null, null, null, spells.Max(spell => spell.Workers), "not recorded", "Machine not recorded",
            [
                new ReportStage("fetch", t.FetchSeconds), new ReportStage("decode (waiting)", t.DecodeWaitSeconds), new ReportStage("detect", t.DetectSeconds),
                new ReportStage("label", t.LabelSeconds),
            ]);
    }

    private static async Task<ThroughputFacts?> EarlierAsync(RunStore store, CancellationToken cancellationToken)
    {
        try
        {
            await using var json = await store.Objects.OpenReadAsync(store.Layout.ReportJson, cancellationToken).ConfigureAwait(false);
            return (await JsonSerializer.DeserializeAsync(json, EarlierReportJson.Default.EarlierReport, cancellationToken).ConfigureAwait(false))?.Throughput;
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
        catch (JsonException)
        {
            // Of another version, or damaged: it is about to be written again without what only it knew.
            return null;
        }
    }

    /// <summary>CPU time of ended child processes (ffmpeg decodes in them), where the system tells.</summary>
    private static double ChildrenSeconds()
    {
        const string file = "/proc/self/stat";
        if (!File.Exists(file))
        {
            return 0;
        }

        // The name, in brackets, can hold spaces; after it come state and then numbers: cutime and cstime are the fields 16 and 17, in hundredths.
        var text = File.ReadAllText(file);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)) / 100.0;
    }

    public static string MachineText() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30):F0} GiB, {RuntimeInformation.OSDescription}");
}

/// <summary>Of <c>report.json</c> what only it knows.</summary>
/// <param name="Throughput">What labelling the run cost.</param>
/// <param name="Videos">Named so that they are passed over one by one: a part that no property names is held as a whole, and with tens of thousands of videos this one is a hundred megabytes.</param>
internal sealed record EarlierReport(ThroughputFacts? Throughput, IReadOnlyList<EarlierReport.PassedOver>? Videos)
{
    internal readonly record struct PassedOver;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EarlierReport))]
internal sealed partial class EarlierReportJson : JsonSerializerContext;

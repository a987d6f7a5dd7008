using System.CommandLine;
using System.Text.Json;
using Affect.Coordinator.Doctor;
using Affect.Engine.Preparing;
using Affect.Storage.Objects;
using Affect.Vision.Decoding;
using Affect.Vision.Ffmpeg;

namespace Affect.Coordinator.Cli.Commands;

/// <summary><c>affect doctor</c>: what this machine has, and whether a run would work on it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "What this machine has: decoders, devices, models, storage; and the way out of each problem");
        var output = new Option<string?>("--out", "-o") { Description = "Try this workspace too: folder or az://container/prefix" };
        var (device, decoder) = (CommonOptions.Device(), CommonOptions.Decoder());
        (device.Description, decoder.Description) = ("Device that must be there: cpu, cuda:N or tensorrt:N", "Decoder that must be there: cpu, cuda, vaapi or auto");
        command.Options.Add(output);
        command.Options.Add(device);
        command.Options.Add(decoder);
        var format = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var spec = RunSession.ParseDevice(parsed.GetRequiredValue(device));
            var wanted = RunSession.ParseDecoder(parsed.GetRequiredValue(decoder));
            var azure = AzureBlobOptions.FromEnvironment();
            var location = parsed.GetValue(output);
            List<DoctorCheck> checks =
            [
                .. MachineChecks.Run(ProbeCache.DefaultFolder()),
                .. await FfmpegChecks.RunAsync(FfmpegTools.Find(null), wanted, TimeProvider.System, cancellationToken).ConfigureAwait(false),
                .. InferenceChecks.Run(spec),
                await StorageChecks.ParquetAsync(cancellationToken).ConfigureAwait(false),
                StorageChecks.Credentials(azure, location is not null && AzureLocation.IsAzure(location)),
            ];
            if (location is not null)
            {
                checks.Add(await StorageChecks.WorkspaceAsync(location, azure, cancellationToken).ConfigureAwait(false));
            }

            var report = new DoctorReport(checks.TrueForAll(c => c.Status != DoctorStatus.Problem), checks);
            Print(report, parsed.GetValue(format));
            return report.Ready ? ExitCodes.Success : ExitCodes.Unavailable;
        });
        return command;
    }

    private static void Print(DoctorReport report, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Default.DoctorReport));
            return;
        }

        var area = string.Empty;
        foreach (var check in report.Checks)
        {
            if (check.Area != area)
            {
                Console.Out.WriteLine(area.Length == 0 ? check.Area : $"\n{check.Area}");
                area = check.Area;
            }

            var mark = check.Status switch { DoctorStatus.Ok => "ok", DoctorStatus.Note => "-", _ => "PROBLEM" };
            Console.Out.WriteLine($"  {mark,-8}{check.Name,-30} {check.Value}");
            if (check.Remedy is not null)
            {
                Console.Out.WriteLine($"          {check.Remedy}");
            }
        }

        Console.Out.WriteLine(report.Ready ? "\nThis machine is ready." : "\nThis machine is not ready: see PROBLEM above.");
    }
}

using System.CommandLine;
using System.Text.Json;
using Affect.Core.Jobs;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Cli.Commands;

/// <summary><c>affect submit CORPUS</c>: give a server a corpus to label.</summary>
internal static class SubmitCommand
{
    public static Command Create()
    {
        var command = new Command("submit", "Give a server a corpus to label; the same again finds the same job");
        var server = ServerOption.AddTo(command);
        var run = new RunOptionsBinder();
        run.AddSubmissionTo(command);
        var name = new Option<string?>("--name") { Description = "Name of the job, for people" };
        var priority = new Option<int>("--priority") { Description = "Jobs of a higher priority are served first (-100 to 100)" };
        var weight = new Option<double>("--weight") { Description = "Share of the workers among jobs of the same priority (0.01 to 100)", DefaultValueFactory = _ => 1 };
        var requires = new Option<string[]>("--requires") { Description = "What a worker must offer, such as device:cuda", DefaultValueFactory = _ => [] };
        foreach (var option in new Option[] { name, priority, weight, requires })
        {
            command.Options.Add(option);
        }

        CommonOptions.Range(priority, v => v is >= JobRequest.LowestPriority and <= JobRequest.HighestPriority, "-100 to 100");
        CommonOptions.Range(weight, v => v is >= JobRequest.SmallestWeight and <= JobRequest.LargestWeight, "0.01 to 100");
        var format = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Client(parsed);
            var request = run.BindSubmission(parsed) with
            {
                Name = parsed.GetValue(name), Priority = parsed.GetValue(priority), Weight = parsed.GetValue(weight),
                Requires = string.Join(' ', parsed.GetRequiredValue(requires)),
            };
            var status = await client.SubmitAsync(request, cancellationToken).ConfigureAwait(false);
            Print(status, server.Echo(parsed), parsed.GetValue(format));
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Print(JobStatus status, string options, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(status, WireJson.Options));
            return;
        }

        var id = status.Job.Id;
        Console.Out.WriteLine($"job      {id}: {JobText.State(status)}");
        foreach (var note in status.Notes)
        {
            Console.Out.WriteLine($"         {note}");
        }

        Console.Out.WriteLine($"next     affect watch {id}{options}");
        Console.Out.WriteLine($"         affect report {id} --save report.html{options}");
    }
}

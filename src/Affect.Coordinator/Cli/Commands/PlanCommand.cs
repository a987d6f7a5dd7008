using System.CommandLine;
using System.Text.Json;

namespace Affect.Coordinator.Cli.Commands;

/// <summary><c>affect plan CORPUS</c>: what a run would do, and what it would take.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var command = new Command("plan", "Show what a run would label and what it would take; nothing is labelled");
        var options = new RunOptionsBinder();
        options.AddTo(command, withCorpus: true);
        var manifest = new Option<string?>("--save-manifest") { Description = "Write the corpus as a manifest (.jsonl or .csv) that can be submitted instead of it" };
        var noEstimate = new Option<bool>("--no-estimate") { Description = "Do not label a sample to estimate time and disk" };
        command.Options.Add(manifest);
        command.Options.Add(noEstimate);
        manifest.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } path && Path.GetExtension(path).ToLowerInvariant() is not (".jsonl" or ".csv"))
            {
                result.AddError("--save-manifest must name a .jsonl or .csv file.");
            }
        });
        var format = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var arguments = options.Bind(parsed, parsed.GetValue(format));
            var plan = await PlanSession.MakeAsync(arguments, parsed.GetValue(manifest), !parsed.GetValue(noEstimate), cancellationToken).ConfigureAwait(false);
            Console.Out.WriteLine(arguments.Format == OutputFormat.Json ? JsonSerializer.Serialize(plan, CliJson.Default.PlanOutput) : PlanText.Of(plan));
            return ExitCodes.Success;
        });
        return command;
    }
}

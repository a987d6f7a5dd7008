using System.CommandLine;
using System.Text.Json;
using Affect.Coordinator.Local;
using Affect.Vision.Models;
using Affect.Vision.Onnx;

namespace Affect.Coordinator.Cli.Commands;

/// <summary><c>affect models list|show|check</c>.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var command = new Command("models", "What models there are, and whether they are sound");
        command.Subcommands.Add(List());
        command.Subcommands.Add(Show());
        command.Subcommands.Add(Check());
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "The models of this installation");
        var format = OutputOption.AddTo(command);
        command.SetAction(parsed =>
        {
            var models = Installation.Models.Names().Select(name => ModelCard.Read(Installation.Models.Find(name)!)).ToList();
            if (parsed.GetValue(format) == OutputFormat.Json)
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(models, CliJson.Default.ListModelCard));
                return ExitCodes.Success;
            }

            var table = new SummaryTable("model", "kind", "version", "size", "input", "outputs", "licence");
            foreach (var m in models)
            {
                table.Add(
                    m.Name, m.Kind, m.Version, m.SizeBytes is { } size ? Figures.Bytes(size) : "-", m.Input, string.Join(" ", m.Outputs.Select(o => o.Task)),
                    m.Problem is null ? Short(m.Licence) : "not usable, see below");
            }

            Console.Out.WriteLine(table.ToString());
            foreach (var m in models.Where(m => m.Problem is not null))
            {
                Console.Out.WriteLine($"{m.Name}: {m.Problem}");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Show()
    {
        var command = new Command("show", "One model: its card, its contract and its self-test on this machine");
        var name = new Argument<string>("name") { Description = "A name, or a folder with model.json" };
        command.Arguments.Add(name);
        var format = OutputOption.AddTo(command);
        command.SetAction(parsed =>
        {
            var folder = FolderOf(parsed.GetRequiredValue(name));
            var card = Guard.Run(() => ModelCard.Of(ModelManifest.Load(folder))) with { SelfTest = ModelCheck.Run(folder, DeviceSpec.Cpu) };
            Console.Out.WriteLine(parsed.GetValue(format) == OutputFormat.Json ? JsonSerializer.Serialize(card, CliJson.Default.ModelCard) : card.ToText());
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Check()
    {
        var command = new Command("check", "Hash, shapes and self-test of models");
        var names = new Argument<string[]>("name") { Description = "Names, or folders with model.json; none: all of this installation", Arity = ArgumentArity.ZeroOrMore };
        var device = CommonOptions.Device();
        command.Arguments.Add(names);
        command.Options.Add(device);
        var format = OutputOption.AddTo(command);
        command.SetAction(parsed =>
        {
            var wanted = parsed.GetValue(names) is { Length: > 0 } given ? given : [.. Installation.Models.Names()];
            var spec = RunSession.ParseDevice(parsed.GetRequiredValue(device));
            var folders = wanted.Select(FolderOf).ToList();
            var results = folders.Select(folder => Guard.Run(() => ModelCheck.Run(folder, spec))).ToList();
            if (parsed.GetValue(format) == OutputFormat.Json)
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(results, CliJson.Default.ListModelCheck));
            }
            else
            {
                results.ForEach(r => Console.Out.WriteLine(r.ToText()));
            }

            return results.TrueForAll(r => r.Passed) ? ExitCodes.Success : ExitCodes.CheckFailed;
        });
        return command;
    }

    private static string FolderOf(string name) => Installation.Models.Find(name) ?? throw new CommandException(
        ExitCodes.NoInput, $"{name}: there is no such model; give a folder with a model.json, or one of: {string.Join(", ", Installation.Models.Names())}");

    private static string Short(string text) => text.Length <= 48 ? text : text[..47] + "…";
}

using System.CommandLine;

namespace Affect.Coordinator.Cli;

/// <summary>The option <c>--output</c>, the same on every command that prints a result.</summary>
internal static class OutputOption
{
    public static Option<OutputFormat> AddTo(Command command)
    {
        var option = new Option<OutputFormat>("--output") { Description = "How the result is printed: table or json", DefaultValueFactory = _ => OutputFormat.Table };
        command.Options.Add(option);
        return option;
    }
}

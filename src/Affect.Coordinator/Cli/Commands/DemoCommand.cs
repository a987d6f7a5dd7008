using System.CommandLine;
using Affect.Coordinator.Local;

namespace Affect.Coordinator.Cli.Commands;

/// <summary><c>affect demo</c>: label the sample videos that the set-up installed.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command("demo", "Label the sample videos and write a report");
        var options = new RunOptionsBinder();
        options.AddTo(command, withCorpus: false);
        var format = OutputOption.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            if (!Directory.Exists(Installation.Samples))
            {
                throw new CommandException(ExitCodes.NoInput, $"the sample videos are not in {Installation.Samples}; run eng/setup.sh run");
            }

            return RunSession.RunAsync(options.Bind(parsed, parsed.GetValue(format), Installation.Samples), cancellationToken);
        });
        return command;
    }
}

using System.CommandLine;

namespace Affect.Coordinator.Cli.Commands;

/// <summary><c>affect run CORPUS</c>: label a corpus on this machine, or go on with it.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new Command("run", "Label a corpus on this machine; the same command again resumes it");
        var options = new RunOptionsBinder();
        options.AddTo(command, withCorpus: true);
        var format = OutputOption.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
            RunSession.RunAsync(options.Bind(parsed, parsed.GetValue(format)), cancellationToken));
        return command;
    }
}

using System.CommandLine;
using Affect.Coordinator.Cli.Commands;

namespace Affect.Coordinator.Cli;

/// <summary>The <c>affect</c> command line: its tree of commands and the one place where errors become exit codes.</summary>
internal static class AffectCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        using var signals = new StopSignals();
        ParseResult parsed;
        try
        {
            parsed = Build().Parse(args);
        }
        catch (InvalidOperationException e)
        {
            // The library's way to say that a value that a validator reads is no number.
            Console.Error.WriteLine($"affect: {e.Message}\naffect: see 'affect --help'");
            return ExitCodes.Usage;
        }

        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                Console.Error.WriteLine($"affect: {error.Message}");
            }

            Console.Error.WriteLine("affect: see 'affect --help'");
            return ExitCodes.Usage;
        }

        try
        {
            // Signals are ours: the library's own handler would end the process two seconds after Ctrl-C.
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                signals.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            Console.Error.WriteLine("affect: stopped; the same command goes on where this one ended");
            return ExitCodes.Interrupted;
        }
        catch (CommandException e)
        {
            Console.Error.WriteLine($"affect: {e.Message}");
            return e.ExitCode;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"affect: this is a defect in the program; please report it with the following text.\n{e}");
            return ExitCodes.Internal;
        }
    }

    internal static RootCommand Build()
    {
        var root = new RootCommand("Labels every face of a video corpus with valence and arousal, action units and expressions.");
        root.Subcommands.Add(RunCommand.Create());
        root.Subcommands.Add(PlanCommand.Create());
        root.Subcommands.Add(RunsCommand.Create());
        root.Subcommands.Add(ReportCommand.Create());
        root.Subcommands.Add(VerifyCommand.Create());
        root.Subcommands.Add(EvaluateCommand.Create());
        root.Subcommands.Add(ModelsCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        root.Subcommands.Add(DemoCommand.Create());
        root.Subcommands.Add(ServeCommand.Create());
        root.Subcommands.Add(WorkerCommand.Create());
        root.Subcommands.Add(SubmitCommand.Create());
        foreach (var command in JobCommands.Create())
        {
            root.Subcommands.Add(command);
        }

        root.Subcommands.Add(ClusterCommand.Create());
        root.Subcommands.Add(TryChunkCommand.Create());
        return root;
    }
}

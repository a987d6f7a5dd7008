using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Affect.Coordinator.Local;

namespace Affect.Coordinator.Cli.Commands;

/// <summary>What <c>affect report</c> prints. Must agree with docs/cli.md.</summary>
internal sealed record ReportOutput(
    string RunId, bool Finished, int? Chunks, int? ChunksDone, int? ChunksGivenUp, int? ChunksLeft, int Failures, string ReportHtml, string ReportJson, string FailuresFile,
    string? Job = null, string? Saved = null);

/// <summary><c>affect report RUN</c>: write a run's report again, from storage alone; or fetch that of a server's run.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var command = new Command("report", "Write a run's report again from storage, also where it is not finished; with --server or --save, fetch a server's report");
        var run = CommonOptions.Run();
        var output = CommonOptions.Out();
        command.Arguments.Add(run);
        command.Options.Add(output);
        var server = ServerOption.AddTo(command);
        var save = new Option<string?>("--save") { Description = "Fetch the report from the server into this file: .html, or .json" };
        command.Options.Add(save);
        var format = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (IsRemote(parsed, output, server, save))
            {
                using var client = server.Client(parsed);
                Print(await RemoteReport.FetchAsync(client, parsed.GetRequiredValue(run), parsed.GetValue(save), cancellationToken).ConfigureAwait(false), parsed.GetValue(format));
                return ExitCodes.Success;
            }

            var time = TimeProvider.System;
            using var found = await RunLocator.FindAsync(parsed.GetRequiredValue(run), parsed.GetRequiredValue(output), time, cancellationToken).ConfigureAwait(false);
            var result = await Guard.RunAsync(() => WriteAsync(found, time, cancellationToken)).ConfigureAwait(false);
            Print(result, parsed.GetValue(format));
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>A server's run: where one is named or the report is to be saved; a workspace that is named wins over a server of the environment only.</summary>
    private static bool IsRemote(ParseResult parsed, Option<string> output, ServerOption server, Option<string?> save)
    {
        var isWorkspace = parsed.GetResult(output) is { Implicit: false };
        var isNamed = server.IsNamed(parsed) || parsed.GetValue(save) is not null;
        return isNamed && isWorkspace
            ? throw new CommandException(ExitCodes.Usage, "--out is a workspace of this machine, --server and --save are of a server: give one of them")
            : isNamed || (server.IsGiven(parsed) && !isWorkspace);
    }

    private static async Task<ReportOutput> WriteAsync(LocatedRun found, TimeProvider time, CancellationToken cancellationToken)
    {
        var source = await ReportSources.OfAsync(found, time, cancellationToken).ConfigureAwait(false);
        await RunReporter.WriteAsync(source.Report, null, null, found.Workspace.ScratchFolder, time, cancellationToken).ConfigureAwait(false);
        var progress = source.State.Execution.Progress;
        string Place(string name) => Places.Of(found.Store.Objects, name);
        return new ReportOutput(
            found.Run.Record.Id.ToString(), source.State.IsFinished, progress.Chunks, progress.Done, progress.Quarantined,
            progress.Chunks - progress.Done - progress.Quarantined, source.Report.Failures.Count, Place(found.Store.Layout.ReportHtml), Place(found.Store.Layout.ReportJson),
            Place(found.Store.Layout.Failures));
    }

    private static void Print(ReportOutput o, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(o, CliJson.Default.ReportOutput));
            return;
        }

        Console.Out.WriteLine(o.Chunks is null
            ? string.Create(CultureInfo.InvariantCulture, $"run      {o.RunId}: {o.Failures} failures")
            : string.Create(CultureInfo.InvariantCulture, $"run      {o.RunId}: {o.ChunksDone} of {o.Chunks} chunks done, {o.ChunksGivenUp} given up, {o.Failures} failures"));
        if (!o.Finished)
        {
            Console.Out.WriteLine(o.ChunksLeft > 0
                ? string.Create(CultureInfo.InvariantCulture, $"         not finished: {o.ChunksLeft} chunks left; the report shows what is done")
                : "         not finished: the labels are not written yet; the same 'affect run' command writes them");
        }

        Console.Out.WriteLine($"report   {o.Saved ?? o.ReportHtml}");
    }
}

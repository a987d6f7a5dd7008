using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Affect.Coordinator.Local;

namespace Affect.Coordinator.Cli.Commands;

/// <summary>What <c>affect report</c> prints. Must agree with docs/cli.md.</summary>
internal sealed record ReportOutput(
    string RunId, bool Finished, int Chunks, int ChunksDone, int ChunksGivenUp, int ChunksLeft, int Failures, string ReportHtml, string ReportJson, string FailuresFile);

/// <summary><c>affect report RUN</c>: write a run's report again, from storage alone.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var command = new Command("report", "Write a run's report.json, report.html and failures.jsonl again; also of a run that is not finished");
        var run = CommonOptions.Run();
        var output = CommonOptions.Out();
        command.Arguments.Add(run);
        command.Options.Add(output);
        var format = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var time = TimeProvider.System;
            using var found = await RunLocator.FindAsync(parsed.GetRequiredValue(run), parsed.GetRequiredValue(output), time, cancellationToken).ConfigureAwait(false);
            var result = await Guard.RunAsync(() => WriteAsync(found, time, cancellationToken)).ConfigureAwait(false);
            Print(result, parsed.GetValue(format));
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<ReportOutput> WriteAsync(LocatedRun found, TimeProvider time, CancellationToken cancellationToken)
    {
        var source = await ReportSources.OfAsync(found, time, cancellationToken).ConfigureAwait(false);
        await RunReporter.WriteAsync(source.Report, null, null, time, cancellationToken).ConfigureAwait(false);
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

        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"run      {o.RunId}: {o.ChunksDone} of {o.Chunks} chunks done, {o.ChunksGivenUp} given up, {o.Failures} failures"));
        if (!o.Finished)
        {
            Console.Out.WriteLine(o.ChunksLeft > 0
                ? string.Create(CultureInfo.InvariantCulture, $"         not finished: {o.ChunksLeft} chunks left; the report shows what is done")
                : "         not finished: the labels are not written yet; the same 'affect run' command writes them");
        }

        Console.Out.WriteLine($"report   {o.ReportHtml}");
    }
}

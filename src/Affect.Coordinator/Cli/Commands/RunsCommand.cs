using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Affect.Engine.Runs;
using Affect.Storage.Layout;

namespace Affect.Coordinator.Cli.Commands;

/// <summary>A line of <c>affect runs</c>. Must agree with docs/cli.md.</summary>
internal sealed record RunLine(string Id, string Corpus, DateTimeOffset Created, int Videos, int Chunks, int ChunksDone, bool LabelsWritten);

/// <summary><c>affect runs</c>: what a workspace holds.</summary>
internal static class RunsCommand
{
    public static Command Create()
    {
        var command = new Command("runs", "List the runs of a workspace");
        var output = CommonOptions.Out();
        command.Options.Add(output);
        var format = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var workspace = RunSession.OpenWorkspace(parsed.GetRequiredValue(output), TimeProvider.System);
            var lines = await Guard.RunAsync(() => ReadAsync(workspace, cancellationToken)).ConfigureAwait(false);
            Print(lines, parsed.GetValue(format));
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<List<RunLine>> ReadAsync(Engine.Local.Workspace workspace, CancellationToken cancellationToken)
    {
        var lines = new List<RunLine>();
        await foreach (var id in workspace.RunIdsAsync(cancellationToken).ConfigureAwait(false))
        {
            var store = new RunStore(workspace.Objects, new RunLayout(id));
            if (await store.TryReadRecordAsync(cancellationToken).ConfigureAwait(false) is not { } record)
            {
                continue;
            }

            var (done, labels) = (0, false);
            await foreach (var found in workspace.Objects.ListAsync(store.Layout.DonePrefix, cancellationToken).ConfigureAwait(false))
            {
                done++;
            }

            await foreach (var found in workspace.Objects.ListAsync(store.Layout.Finalised, cancellationToken).ConfigureAwait(false))
            {
                labels = true;
            }

            lines.Add(new RunLine(id, record.CorpusLocation, record.Created, record.Totals.Videos, record.Totals.Chunks, done, labels));
        }

        return [.. lines.OrderBy(l => l.Created)];
    }

    private static void Print(List<RunLine> lines, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(lines, CliJson.Default.ListRunLine));
            return;
        }

        var table = new SummaryTable("run", "created", "videos", "chunks", "done", "labels", "corpus");
        foreach (var line in lines)
        {
            table.Add(
                line.Id, line.Created.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture), Figures.Whole(line.Videos), Figures.Whole(line.Chunks),
                Figures.Whole(line.ChunksDone), line.LabelsWritten ? "written" : "not yet", line.Corpus);
        }

        Console.Out.WriteLine(table.ToString());
    }
}

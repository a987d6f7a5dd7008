using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Affect.Coordinator.Remote;
using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Cli.Commands;

/// <summary>The commands on the jobs of a server: <c>list</c>, <c>status</c>, <c>watch</c>, <c>logs</c>, <c>pause</c>, <c>resume</c>, <c>cancel</c>, <c>retry</c>.</summary>
internal static class JobCommands
{
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(1);

    public static IEnumerable<Command> Create() =>
    [
        List(),
        OnJob("status", "Show where a job stands", async (client, job, format, token) =>
        {
            Print(await client.StatusAsync(job, token).ConfigureAwait(false), await client.WorkersAsync(token).ConfigureAwait(false), format);
            return ExitCodes.Success;
        }),
        OnJob("watch", "Follow a job to its end; ends with the job's exit code", WatchAsync),
        OnJob("logs", "Print what happened to a job lately", LogsAsync),
        Control("pause", "Lease nothing new of a job; what is in hand is finished"),
        Control("resume", "Go on with a job after a pause or a cancellation"),
        Control("cancel", "End a job; what is done stays"),
        Retry(),
    ];

    private static Command List()
    {
        var command = new Command("list", "List the jobs of a server");
        var server = ServerOption.AddTo(command);
        var format = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Client(parsed);
            var jobs = await client.ListAsync(cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(format) == OutputFormat.Json)
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(jobs, WireJson.Options));
                return ExitCodes.Success;
            }

            var table = new SummaryTable("job", "state", "done", "submitted", "run", "corpus");
            foreach (var job in jobs)
            {
                table.Add(
                    job.Job.Id.ToString(), JobText.State(job), JobText.Percent(job), job.Job.Submitted.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture),
                    job.Job.Run?.ToString() ?? "-", job.Job.Request.Name ?? job.Job.Request.Corpus);
            }

            Console.Out.WriteLine(table.ToString());
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Control(string name, string description) => OnJob(name, description, async (client, job, format, token) =>
    {
        Print(await client.ControlAsync(job, name, token).ConfigureAwait(false), await client.WorkersAsync(token).ConfigureAwait(false), format);
        return ExitCodes.Success;
    });

    private static Command Retry()
    {
        var reason = new Option<string?>("--reason")
        {
            Description = $"Only what was given up for this reason: {string.Join(", ", Enum.GetValues<FailureKind>().Select(FailureReasons.Of))}",
        };
        var command = Parts("retry", "Lease again what a job gave up");
        command.Command.Options.Add(reason);
        command.Command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = command.Server.Client(parsed);
            var status = await client.RetryAsync(parsed.GetRequiredValue(command.Job), parsed.GetValue(reason), cancellationToken).ConfigureAwait(false);
            Console.Out.WriteLine(parsed.GetValue(command.Format) == OutputFormat.Json
                ? JsonSerializer.Serialize(status, WireJson.Options)
                : status.Result == JobResult.Changed
                    ? status.Chunks == 1 ? "1 chunk is leased again" : string.Create(CultureInfo.InvariantCulture, $"{status.Chunks} chunks are leased again")
                    : "nothing to retry");
            return ExitCodes.Success;
        });
        return command.Command;
    }

    private static Command OnJob(string name, string description, Func<ServerClient, string, OutputFormat, CancellationToken, Task<int>> action)
    {
        var parts = Parts(name, description);
        parts.Command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = parts.Server.Client(parsed);
            return await action(client, parsed.GetRequiredValue(parts.Job), parsed.GetValue(parts.Format), cancellationToken).ConfigureAwait(false);
        });
        return parts.Command;
    }

    private static (Command Command, ServerOption Server, Argument<string> Job, Option<OutputFormat> Format) Parts(string name, string description)
    {
        var command = new Command(name, description);
        var job = new Argument<string>("job") { Description = "The job's id" };
        command.Arguments.Add(job);
        return (command, ServerOption.AddTo(command), job, OutputOption.AddTo(command));
    }

    private static async Task<int> WatchAsync(ServerClient client, string job, OutputFormat format, CancellationToken cancellationToken)
    {
        var last = string.Empty;
        while (true)
        {
            JobStatus status;
            IReadOnlyList<WorkerStatus> workers;
            try
            {
                status = await client.StatusAsync(job, cancellationToken).ConfigureAwait(false);
                workers = await client.WorkersAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (CommandException e) when (e.ExitCode == ExitCodes.Unavailable && last.Length > 0)
            {
                // A server that starts again: the job goes on, so the watching does.
                Console.Error.WriteLine($"affect: {e.Message}");
                await Task.Delay(WatchPeriod * 5, cancellationToken).ConfigureAwait(false);
                continue;
            }

            var line = JobText.Line(status, workers);
            if (line != last)
            {
                Console.Error.WriteLine(line);
                last = line;
            }

            if (status.Job.IsEnded)
            {
                Print(status, workers, format);
                return status.Job.Phase != JobPhase.Done ? ExitCodes.JobFailed
                    : status.Job.Outcome is { Failures: > 0 } ? ExitCodes.CompletedWithFailures : ExitCodes.Success;
            }

            await Task.Delay(WatchPeriod, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<int> LogsAsync(ServerClient client, string job, OutputFormat format, CancellationToken cancellationToken)
    {
        var events = await client.LogAsync(job, 0, cancellationToken).ConfigureAwait(false);
        if (format == OutputFormat.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(events, WireJson.Options));
            return ExitCodes.Success;
        }

        foreach (var e in events)
        {
            Console.Out.WriteLine($"{e.At.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)} {e.Level} {e.Text}");
        }

        return ExitCodes.Success;
    }

    private static void Print(JobStatus status, IReadOnlyList<WorkerStatus> workers, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(status, WireJson.Options));
            return;
        }

        var job = status.Job;
        Console.Out.WriteLine($"job      {job.Id}: {JobText.Line(status, workers)}");
        Console.Out.WriteLine($"corpus   {job.Request.Corpus}");
        Console.Out.WriteLine($"run      {job.Run?.ToString() ?? "not planned yet"}");
        if (job.Outcome is { } o)
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"frames   {o.Counts.Frames} in = {o.Counts.Labelled} with a face + {o.Counts.NoFace} without + {o.Counts.Skipped} skipped + {o.Counts.Failed} failed"));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"faces    {o.Counts.Faces} in {o.Tracks} tracks, {o.Failures} failures"));
        }

        if (job.Failure is { } failure)
        {
            Console.Out.WriteLine($"failed   {failure.Message}");
        }
    }
}

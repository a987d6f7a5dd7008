using System.CommandLine;
using System.Text.Json;
using Affect.Coordinator.Clusters;
using Affect.Coordinator.Remote;
using Affect.Coordinator.Serving;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Cli.Commands;

/// <summary><c>affect worker</c>: label chunks for a server or a cluster until told to end.</summary>
internal static class WorkerCommand
{
    /// <summary>A call that takes longer has met a network that was cut: the next one, on a new connection, may find it whole, while a lease still lasts.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var command = new Command("worker", "Label chunks for a server or a cluster until SIGTERM");
        var server = ServerOption.AddTo(command);
        var cluster = ClusterOption.Cluster();
        var membership = ClusterOption.Membership();
        var id = ClusterOption.Id();
        var output = new Option<string?>("--out", "-o") { Description = "Where the runs are, if this machine sees them under another name than the server" };
        var worker = WorkerOptionsBinder.AddTo(command, fewest: 1);
        foreach (var option in new Option[] { cluster, membership, id, output })
        {
            command.Options.Add(option);
        }

        var log = LogOption.AddTo(command);
        var format = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var arguments = worker.Bind(parsed);
            if (!parsed.GetValue(cluster))
            {
                using var http = server.Connect(parsed);
                http.Timeout = CallTimeout;
                return await RunAsync(new HttpWorkSource(http), arguments, parsed.GetValue(output), log.Bind(parsed), parsed.GetValue(format), cancellationToken).ConfigureAwait(false);
            }

            var connection = parsed.GetValue(membership) ?? throw new CommandException(ExitCodes.Usage, "--cluster needs --membership (or AFFECT_MEMBERSHIP)");
            await using var handle = await ClusterAccess.OpenAsync(connection, parsed.GetRequiredValue(id), cancellationToken).ConfigureAwait(false);
            return await RunAsync(handle.Work, arguments, parsed.GetValue(output), log.Bind(parsed), parsed.GetValue(format), cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        IWorkSource source, WorkerArguments arguments, string? output, string? log, OutputFormat format, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        try
        {
            var asking = new RetryingWorkSource(source, RetryingWorkSource.DefaultBound, time, Environment.ProcessId);
            var workplace = await asking.WorkplaceAsync(cancellationToken).ConfigureAwait(false);
            using var loggers = LogOption.Open(log ?? "-", time);
            await using var setup = await WorkerSetup.CreateAsync(
                arguments, source, output is null ? workplace : workplace with { Location = output }, isInServer: false, time, loggers, cancellationToken).ConfigureAwait(false);
            await setup.Host.RunAsync(cancellationToken).ConfigureAwait(false);
            if (format == OutputFormat.Json)
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(new WorkerOutput(setup.Name), CliJson.Default.WorkerOutput));
            }

            return ExitCodes.Success;
        }
        catch (WorkSourceException e)
        {
            throw new CommandException(e.IsTransient ? ExitCodes.Unavailable : ExitCodes.NotPermitted, e.Message, e);
        }
    }
}

/// <summary>What <c>affect worker</c> prints when it has left. Must agree with docs/cli.md.</summary>
internal sealed record WorkerOutput(string Worker);

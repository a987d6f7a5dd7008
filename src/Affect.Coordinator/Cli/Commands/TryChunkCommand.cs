using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Affect.Coordinator.Local;
using Affect.Coordinator.Serving;
using Affect.Engine.Local;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Cli.Commands;

/// <summary>Labels the chunk that standard input names, and commits it. For <see cref="TrialProcess"/>, not for people.</summary>
internal static class TryChunkCommand
{
    public const string Name = "try-chunk";

    public static Command Create()
    {
        var command = new Command(Name) { Hidden = true };
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var input = new StreamReader(Console.OpenStandardInput());
        var line = await input.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (Parse(line) is not { Chunk: { } chunk } order)
        {
            throw new CommandException(ExitCodes.Usage, $"{Name} reads its order from standard input: it is for this program's own use");
        }

        EndWithParent(input);
        BeFirstToGo();
        var time = TimeProvider.System;
        var options = new WorkshopOptions(1, Installation.Version, null) { Detector = order.Detector, Models = order.Models };
        await using var setup = await WorkshopSetup.CreateAsync(
            new WorkshopArguments(order.Location, 1, order.Device, order.Decoder, order.DecoderTimeLimit), options, time, cancellationToken).ConfigureAwait(false);
        try
        {
            return await Guard.RunAsync(async () =>
            {
                var bench = await setup.Workshop.OpenAsync(order.Run, cancellationToken).ConfigureAwait(false);
                await ChunkTrial.RunAsync(bench, chunk, time, cancellationToken).ConfigureAwait(false);
                return ExitCodes.Success;
            }).ConfigureAwait(false);
        }
        catch (StageFailureException e)
        {
            throw new CommandException(ExitCodes.NoInput, e.Message, e);
        }
    }

    private static TrialOrder? Parse(string? line)
    {
        try
        {
            return line is null ? null : JsonSerializer.Deserialize<TrialOrder>(line, WireJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>At once and without tidying up: destructors of native libraries that are at work can wait for ever.</summary>
    private static void EndWithParent(StreamReader input) => new Thread(() =>
    {
        input.Read();
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }) { IsBackground = true, Name = "parent watch" }.Start();

    /// <summary>Where the chunk needs more memory than there is, this process is to be killed, not the one that asked.</summary>
    private static void BeFirstToGo()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not Linux, or not allowed here: the kernel chooses by size.
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Affect.Coordinator.Cli;
using Affect.Coordinator.Cli.Commands;
using Affect.Core.Failures;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Serving;
using Affect.Engine.Working;
using Affect.Vision.Ffmpeg;

namespace Affect.Coordinator.Serving;

/// <summary>What a process that tries one chunk is told on its standard input: one line of JSON.</summary>
internal sealed record TrialOrder
{
    /// <summary>The object store of all runs.</summary>
    public required string Location { get; init; }

    public RunId Run { get; init; }

    public ChunkSpec? Chunk { get; init; }

    /// <summary>As on the command line of the process that asks.</summary>
    public required string Device { get; init; }

    /// <inheritdoc cref="Device"/>
    public required string Decoder { get; init; }

    /// <summary>Name or folder, or null for the run's, by its name.</summary>
    public string? Detector { get; init; }

    /// <inheritdoc cref="Detector"/>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Time without any progress after which the decoder is ended, or null for the default.</summary>
    public TimeSpan? DecoderTimeLimit { get; init; }
}

/// <summary>
/// Labels one chunk in a process of its own (<see cref="TryChunkCommand"/>): a chunk over which a process died (a decoder or ONNX Runtime that crashes, too little memory)
/// must not end this one too.
/// </summary>
internal static class TrialProcess
{
    private const int MaxDetail = 4000;

    /// <param name="order">All but run and chunk.</param>
    public static TryChunkAlone By(TrialOrder order) => (run, chunk, cancellationToken) => RunAsync(order with { Run = run, Chunk = chunk }, cancellationToken);

    private static async Task<ChunkFailure?> RunAsync(TrialOrder order, CancellationToken cancellationToken)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        start.ArgumentList.Add(TryChunkCommand.Name);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await OrderAsync(process, order).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ProcessTree.Kill(process);
        }

        await output.ConfigureAwait(false);
        return FailureOf(process.ExitCode, await error.ConfigureAwait(false));
    }

    /// <summary>Its input stays open as long as this process lives: it ends with it.</summary>
    private static async Task OrderAsync(Process process, TrialOrder order)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order, WireJson.Options)).ConfigureAwait(false);
            await process.StandardInput.FlushAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has ended already; its exit code tells how.
        }
    }

    /// <summary>A process that ended by itself, whatever it says, does no harm here either; a signal or a defect would.</summary>
    internal static ChunkFailure? FailureOf(int exitCode, string error)
    {
        const int Signal = 128;
        if (exitCode is not ExitCodes.Internal && exitCode is <= Signal or ExitCodes.Interrupted or Signal + 15)
        {
            return null;
        }

        var how = exitCode > Signal ? string.Create(CultureInfo.InvariantCulture, $"was ended by signal {exitCode - Signal}") : "stopped at a defect";
        return new ChunkFailure(
            FailureKind.WorkerLost, $"A process died over this chunk, and the one that tried it alone {how}.",
            error.Length <= MaxDetail ? error : error[^MaxDetail..], null);
    }
}

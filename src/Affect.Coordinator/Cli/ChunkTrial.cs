using System.Diagnostics;
using System.Globalization;
using Affect.Core.Failures;
using Affect.Core.Planning;

namespace Affect.Coordinator.Cli;

/// <summary>
/// Labels one chunk in a process of its own, by this process's own command line and <see cref="Option"/>: a chunk over which a process died (a decoder or ONNX
/// Runtime that crashes) must not end the whole run a second time.
/// </summary>
internal static class ChunkTrial
{
    public const string Option = "--only-chunk";

    private const int MaxDetail = 4000;

    /// <returns>Why the attempt counts as failed, or null: the chunk is done, or what is wrong with it does not end a process.</returns>
    public static async Task<ChunkFailure?> RunAsync(ChunkId chunk, CancellationToken cancellationToken)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        var arguments = Environment.GetCommandLineArgs();
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in Path.GetFileNameWithoutExtension(program) == "dotnet" ? arguments : arguments[1..])
        {
            start.ArgumentList.Add(argument);
        }

        start.ArgumentList.Add(Option);
        start.ArgumentList.Add(chunk.ToString());
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        await output.ConfigureAwait(false);
        var text = await error.ConfigureAwait(false);
        return FailureOf(process.ExitCode, text);
    }

    /// <summary>Ends this process when its parent is gone: its standard input is a pipe from there.</summary>
    public static void EndWithParent() => new Thread(() =>
    {
        Console.OpenStandardInput().ReadByte();
        Environment.Exit(ExitCodes.Interrupted);
    }) { IsBackground = true, Name = "parent watch" }.Start();

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

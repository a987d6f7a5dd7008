using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Affect.Coordinator.Local;
using Affect.Engine.Models;
using Affect.Engine.Verification;
using Affect.Vision.Decoding;
using Affect.Vision.Frames;

namespace Affect.Coordinator.Cli.Commands;

/// <summary>What <c>affect verify</c> prints. Must agree with docs/cli.md.</summary>
internal sealed record VerifyOutput(string RunId, int Seed, float Tolerance, bool Passed, VerifyResult Result);

/// <summary><c>affect verify RUN</c>: is a run what it says it is?</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var command = new Command("verify", "Check a run: its structure, and a sample of its frames labelled again");
        var run = CommonOptions.Run();
        var output = CommonOptions.Out();
        var sample = new Option<int>("--sample") { Description = "Frames to decode and label again, about; 0 for none", DefaultValueFactory = _ => 64 };
        var seed = new Option<int>("--seed") { Description = "Which frames: the same seed takes the same", DefaultValueFactory = _ => 1 };
        var tolerance = new Option<float>("--tolerance") { Description = "Largest difference of two numbers that counts as equal; 0: exactly equal", DefaultValueFactory = _ => 0 };
        var workers = new Option<int>("--workers", "-w") { Description = "Places decoded at the same time", DefaultValueFactory = _ => Environment.ProcessorCount };
        var (models, detector, device, decoder) = (CommonOptions.Models(), CommonOptions.Detector(), CommonOptions.Device(), CommonOptions.Decoder());
        command.Arguments.Add(run);
        foreach (var option in new Option[] { output, sample, seed, tolerance, workers, models, detector, device, decoder })
        {
            command.Options.Add(option);
        }

        CommonOptions.Range(sample, v => v is >= 0 and <= 10_000_000, "0 to 10000000");
        CommonOptions.Range(tolerance, v => v >= 0, "0 or more");
        CommonOptions.Range(workers, v => v is >= 1 and <= 256, "1 to 256");
        var format = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var time = TimeProvider.System;
            using var found = await RunLocator.FindAsync(parsed.GetRequiredValue(run), parsed.GetRequiredValue(output), time, cancellationToken).ConfigureAwait(false);
            var configuration = found.Run.Record.Configuration;
            var set = Guard.Run(() => RunModels.Load(Installation.Models, configuration, parsed.GetValue(detector), parsed.GetRequiredValue(models)));
            var decode = new DecodeOptions
            {
                Decoder = await RunSession.ResolveDecoderAsync(parsed.GetRequiredValue(decoder), found.Workspace.Ffmpeg, time, cancellationToken).ConfigureAwait(false),
            };
            var options = new VerifyOptions(parsed.GetValue(sample), parsed.GetValue(seed), parsed.GetValue(tolerance), parsed.GetValue(workers));
            await using var chunkDecoder = new ChunkDecoder(found.Workspace.Ffmpeg, new FrameBufferPool(4 * options.Workers), time);
            var spec = RunSession.ParseDevice(parsed.GetRequiredValue(device));
            using var pipeline = Guard.Run(() => set.Open(spec, chunkDecoder, decode, configuration.ModelKey));
            var verifier = new RunVerifier(found.Store, found.Run, found.Videos, pipeline.CreateLane, found.Workspace.ScratchFolder, time);
            var result = await Guard.RunAsync(() => verifier.VerifyAsync(options, cancellationToken)).ConfigureAwait(false);
            Print(new VerifyOutput(found.Run.Record.Id.ToString(), options.Seed, options.Tolerance, result.Differences == 0, result), parsed.GetValue(format));
            return result.Differences == 0 ? ExitCodes.Success : ExitCodes.CheckFailed;
        });
        return command;
    }

    private static void Print(VerifyOutput output, OutputFormat format)
    {
        if (format == OutputFormat.Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(output, CliJson.Default.VerifyOutput));
            return;
        }

        var r = output.Result;
        foreach (var f in r.Findings)
        {
            var frame = f.Frame is { } rank ? string.Create(CultureInfo.InvariantCulture, $" frame {rank}") : string.Empty;
            Console.Out.WriteLine($"{f.Check,-8} {f.Video ?? "-"}{(f.Chunk is null ? string.Empty : $" {f.Chunk}")}{frame}: {f.Message}");
        }

        if (r.Differences > r.Findings.Count)
        {
            Console.Out.WriteLine($"... and {r.Differences - r.Findings.Count} more differences");
        }

        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"run {output.RunId}: {r.ChunksChecked} chunks with {r.ChunkRows} rows, {r.LabelRows} label rows, {r.FramesSampled} frames of {r.ChunksSampled} chunks labelled again: ") +
            (output.Passed ? "no difference" : string.Create(CultureInfo.InvariantCulture, $"{r.Differences} differences")));
    }
}

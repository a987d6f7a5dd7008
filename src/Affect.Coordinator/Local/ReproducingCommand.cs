using System.Globalization;
using Affect.Core.Corpora;
using Affect.Core.Failures;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Models;
using Affect.Engine.Runs;
using Affect.Vision.Ffmpeg;

namespace Affect.Coordinator.Local;

/// <summary>
/// What to run to see a failure again where nobody was left to tell: a worker that died with its chunk has no command of its own. The whole pipeline on the chunk's video alone, in one
/// process that may die.
/// </summary>
internal static class ReproducingCommand
{
    public static ChunkFailure AddTo(ChunkFailure failure, RunDefinition run, ChunkId chunk)
    {
        if (failure.Command is not null || failure.Kind != FailureKind.WorkerLost)
        {
            return failure;
        }

        var entry = ManifestText.ReadJsonLines(run.Manifest, string.Empty).Entries[chunk.Video];
        var c = run.Record.Configuration;
        List<string> arguments = ["run", entry.Location, "--out", "affect-reproduce", "--workers", "1"];
        // What is no default lies wherever its owner keeps it: its name says which it was.
        if ($"detector-{c.Detector.Model.Name}" != ModelLocator.DefaultDetector)
        {
            arguments.AddRange(["--detector", c.Detector.Model.Name]);
        }

        foreach (var model in c.AffectModels.Where(_ => c.AffectModels is not [{ Name: ModelLocator.DefaultAffectModel }]))
        {
            arguments.AddRange(["--model", model.Name]);
        }

        if (c.Sampling.Every > 1)
        {
            arguments.AddRange(["--every", c.Sampling.Every.ToString(CultureInfo.InvariantCulture)]);
        }

        Add("--fps", c.Sampling.FramesPerSecond);
        Add("--start", c.Sampling.StartSeconds);
        Add("--end", c.Sampling.EndSeconds);
        return failure with { Command = CommandLine.Quote("affect", arguments) };

        void Add(string option, double? value)
        {
            if (value is { } v)
            {
                arguments.AddRange([option, v.ToString("R", CultureInfo.InvariantCulture)]);
            }
        }
    }
}

using System.CommandLine;
using System.Text.Json;
using Affect.Coordinator.Local;
using Affect.Coordinator.Reports;
using Affect.Core.Annotations;
using Affect.Core.Labels;
using Affect.Core.Metrics;
using Affect.Core.Statistics;

namespace Affect.Coordinator.Cli.Commands;

/// <summary>Figures of one video.</summary>
internal sealed record VideoScores(
    string Video, long Evaluated, long Missing, RegressionResult Valence, RegressionResult Arousal, Measure ExpressionMacroF1, Measure ExpressionAccuracy, Measure ActionUnitMeanF1);

/// <summary>What <c>affect evaluate</c> prints. Must agree with docs/cli.md.</summary>
internal sealed record EvaluateOutput(string RunId, string Report, EvaluationFacts Pooled, IReadOnlyList<VideoScores> Videos);

/// <summary><c>affect evaluate RUN --truth DIR</c>: the run's labels against annotations.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var command = new Command("evaluate", "Compare a run's labels with annotations and put the figures into its report");
        var run = CommonOptions.Run();
        var output = CommonOptions.Out();
        var truth = new Option<string>("--truth") { Description = "A folder of annotation files (.txt, .csv; searched recursively), or one file", Required = true };
        command.Arguments.Add(run);
        command.Options.Add(output);
        command.Options.Add(truth);
        var format = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var time = TimeProvider.System;
            using var found = await RunLocator.FindAsync(parsed.GetRequiredValue(run), parsed.GetRequiredValue(output), time, cancellationToken).ConfigureAwait(false);
            var where = parsed.GetRequiredValue(truth);
            var result = await Guard.RunAsync(() => EvaluateAsync(found, where, time, cancellationToken)).ConfigureAwait(false);
            if (parsed.GetValue(format) == OutputFormat.Json)
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(result, CliJson.Default.EvaluateOutput));
            }
            else
            {
                Console.Out.WriteLine(EvaluationText.Of(result));
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<EvaluateOutput> EvaluateAsync(LocatedRun found, string truth, TimeProvider time, CancellationToken cancellationToken)
    {
        var files = TruthFiles.Read(truth);
        var (state, source) = await ReportSources.OfAsync(found, time, cancellationToken).ConfigureAwait(false);
        if (!state.IsFinished)
        {
            throw new CommandException(ExitCodes.NoInput, $"run {found.Run.Record.Id} is not finished: label it to its end first (the same 'affect run' command)");
        }

        if (source.Models is null)
        {
            Console.Error.WriteLine("affect: action units count as active from 0.5 on: the model that states other thresholds is not at hand");
        }

        IReadOnlyList<float> thresholds = source.Models?.ActionUnitThresholds ?? [.. LabelSchema.ActionUnits.Select(_ => 0.5f)];
        var evaluation = new Evaluation(found.Run.Videos.Select(v => v.Id), files);
        await Engine.Evaluating.RunEvaluator.AddAsync(
            evaluation, new VideoEvaluator(thresholds), found.Store, state.Final.LabelFiles, found.Workspace.ScratchFolder, cancellationToken).ConfigureAwait(false);
        if (!evaluation.AnnotatedVideos.Any())
        {
            var why = evaluation.Problems.Take(5).Select(p => $"\n  {p.File}:{p.Line}: {p.Message}");
            throw new CommandException(ExitCodes.NoInput, $"{truth}: none of its annotations is of a video of the run{string.Concat(why)}");
        }

        var report = await RunReporter.WriteAsync(source, evaluation, truth, found.Workspace.ScratchFolder, time, cancellationToken).ConfigureAwait(false);
        return new EvaluateOutput(
            found.Run.Record.Id.ToString(), Places.Of(found.Store.Objects, found.Store.Layout.ReportHtml), report.Evaluation!, [.. evaluation.Videos.Select(v => Scores(v.Video, v.Sums))]);
    }

    private static VideoScores Scores(string video, EvaluationSums sums)
    {
        TaskCoverage[] tasks = [sums.AffectCoverage, sums.ExpressionCoverage, sums.ActionUnitCoverage];
        return new VideoScores(
            video, tasks.Sum(t => t.Evaluated), tasks.Sum(t => t.Annotated - t.Evaluated), sums.Valence.Result(), sums.Arousal.Result(), sums.ExpressionScore(),
            sums.Expressions.Accuracy(), sums.ActionUnitScore());
    }
}

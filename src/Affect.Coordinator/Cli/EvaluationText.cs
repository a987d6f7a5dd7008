using System.Globalization;
using System.Text;
using Affect.Coordinator.Cli.Commands;
using Affect.Coordinator.Reports;

namespace Affect.Coordinator.Cli;

/// <summary>An evaluation as tables for people.</summary>
internal static class EvaluationText
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;
    private const int MostVideosShown = 40;
    private const int MostProblemsShown = 10;

    public static string Of(EvaluateOutput output)
    {
        var text = new StringBuilder();
        var e = output.Pooled;
        if (e.Affect is { } affect)
        {
            Coverage(text, "valence and arousal", affect.Coverage);
            var table = new SummaryTable("", "n", "CCC", "95 %", "PCC", "RMSE", "SAGR");
            foreach (var d in affect.Dimensions)
            {
                table.Add(d.Name, Figures.Whole(d.Result.N), Figures.Of(d.Result.Ccc), Interval(d.Ccc), Figures.Of(d.Result.Pcc), Figures.Of(d.Result.Rmse), Figures.Of(d.Result.Sagr));
            }

            text.Append(table).Append('\n').Append(Culture, $"VA score {Rated(affect.Score)}\n\n");
        }

        if (e.Expressions is { } expressions)
        {
            Coverage(text, "expressions", expressions.Coverage);
            var table = new SummaryTable("", "support", "predicted", "F1", "precision", "recall");
            foreach (var c in expressions.Classes)
            {
                table.Add(c.Name, Figures.Whole(c.Result.Support), Figures.Whole(c.Result.Predicted), Figures.Of(c.Result.F1), Figures.Of(c.Result.Precision), Figures.Of(c.Result.Recall));
            }

            text.Append(table).Append('\n').Append(Culture, $"macro-F1 {Rated(expressions.MacroF1)}, accuracy {Figures.Of(expressions.Accuracy)}\n\n");
        }

        if (e.ActionUnits is { } units)
        {
            Coverage(text, "action units", units.Coverage);
            var table = new SummaryTable("", "n", "active", "predicted", "F1", "accuracy");
            foreach (var u in units.Units.Where(u => u.Result.N > 0))
            {
                table.Add(
                    u.Name, Figures.Whole(u.Result.N), Figures.Whole(u.Result.Positives), Figures.Whole(u.Result.PredictedPositives), Figures.Of(u.Result.F1), Figures.Of(u.Result.Accuracy));
            }

            text.Append(table).Append('\n').Append(Culture, $"mean F1 {Rated(units.MeanF1)}, mean accuracy {Figures.Of(units.MeanAccuracy)}\n\n");
        }

        Videos(text, output.Videos);
        Problems(text, e);
        return text.Append(Culture, $"report   {output.Report}").ToString();
    }

    private static void Coverage(StringBuilder text, string task, CoverageFacts c)
    {
        var missing = c.Missing.Count == 0 ? string.Empty : $" ({string.Join(", ", c.Missing.Select(m => $"{m.Reason} {Figures.Whole(m.Count)}"))})";
        text.Append(Culture, $"{task}: {c.Annotated} annotated = {c.Evaluated} evaluated + {c.Annotated - c.Evaluated} missing{missing}; {c.Masked} masked\n");
    }

    private static void Videos(StringBuilder text, IReadOnlyList<VideoScores> videos)
    {
        var table = new SummaryTable("video", "evaluated", "missing", "CCC V", "CCC A", "RMSE V", "RMSE A", "expr F1", "AU F1");
        foreach (var v in videos.Take(MostVideosShown))
        {
            table.Add(
                v.Video, Figures.Whole(v.Evaluated), Figures.Whole(v.Missing), Figures.Of(v.Valence.Ccc), Figures.Of(v.Arousal.Ccc), Figures.Of(v.Valence.Rmse), Figures.Of(v.Arousal.Rmse),
                Figures.Of(v.ExpressionMacroF1), Figures.Of(v.ActionUnitMeanF1));
        }

        text.Append(table).Append('\n');
        if (videos.Count > MostVideosShown)
        {
            text.Append(Culture, $"... and {videos.Count - MostVideosShown} more videos in the report\n");
        }
    }

    private static void Problems(StringBuilder text, EvaluationFacts e)
    {
        foreach (var p in e.Problems.Take(MostProblemsShown))
        {
            text.Append(Culture, $"problem  {p.File}:{p.Line}: {p.Message}\n");
        }

        if (e.ProblemCount > MostProblemsShown)
        {
            text.Append(Culture, $"problem  ... and {e.ProblemCount - MostProblemsShown} more\n");
        }

        if (e.IgnoredColumns.Count > 0)
        {
            text.Append(Culture, $"ignored  columns without a label here: {string.Join(", ", e.IgnoredColumns)}\n");
        }
    }

    private static string Rated(RatedScore score) => Figures.Of(score.Score) + (score.Interval is null ? string.Empty : $" (95 %: {Interval(score)})");

    private static string Interval(RatedScore score) => score.Interval is { } i ? $"{Figures.Fixed(i.Low, 3)} to {Figures.Fixed(i.High, 3)}" : "-";
}

using Affect.Core.Annotations;
using Affect.Core.Labels;
using Affect.Core.Metrics;
using Affect.Core.Statistics;

namespace Affect.Coordinator.Reports;

/// <summary>The evaluation part of the report. A task without annotations is null.</summary>
internal static class EvaluationFactsBuilder
{
    private const int ShownProblems = 200;

    public static EvaluationFacts Build(Evaluation evaluation, string truth)
    {
        var pooled = evaluation.Pooled();
        RatedScore Rated(Func<EvaluationSums, Measure> score) => new(score(pooled), evaluation.Interval(score));
        return new EvaluationFacts(
            truth,
            evaluation.Videos.Count(),
            evaluation.UnmatchedRows,
            evaluation.Problems.Count,
            [.. evaluation.Problems.Take(ShownProblems).Select(p => new ProblemFacts(p.File, p.Line, p.Message))],
            [.. evaluation.IgnoredColumns],
            pooled.AffectCoverage.Annotated == 0 ? null : new AffectScoreFacts(
                Coverage(pooled.AffectCoverage),
                Rated(s => s.AffectScore()),
                [
                    new RegressionFacts("valence", pooled.Valence.Result(), Rated(s => s.Valence.Result().Ccc)),
                    new RegressionFacts("arousal", pooled.Arousal.Result(), Rated(s => s.Arousal.Result().Ccc)),
                ]),
            pooled.ExpressionCoverage.Annotated == 0 ? null : Expressions(pooled, Rated(s => s.ExpressionScore())),
            pooled.ActionUnitCoverage.Annotated == 0 ? null : new ActionUnitScoreFacts(
                Coverage(pooled.ActionUnitCoverage),
                Rated(s => s.ActionUnitScore()),
                BinaryAccumulator.MeanAccuracy(pooled.ActionUnits),
                [.. LabelSchema.ActionUnits.Select((name, i) => new UnitScoreFacts(name, pooled.ActionUnits[i].Result()))]));
    }

    public static ScoreFacts Scores(EvaluationSums sums) => new(
        Math.Max(sums.AffectCoverage.Evaluated, Math.Max(sums.Expressions.N, sums.ActionUnits.Max(u => u.N))),
        sums.Valence.Result().Ccc, sums.Arousal.Result().Ccc, sums.ExpressionScore(), sums.ActionUnitScore());

    private static ExpressionScoreFacts Expressions(EvaluationSums pooled, RatedScore macroF1)
    {
        var matrix = pooled.Expressions;
        int[] classes = [.. Enumerable.Range(0, matrix.Classes).Where(i => matrix.Class(i) is { Support: > 0 } or { Predicted: > 0 })];
        return new ExpressionScoreFacts(
            Coverage(pooled.ExpressionCoverage),
            macroF1,
            matrix.Accuracy(),
            [.. classes.Select(i => new ClassScoreFacts(LabelSchema.Expressions[i], matrix.Class(i)))],
            [.. classes.Select(t => (IReadOnlyList<long>)[.. classes.Select(p => matrix[t, p])])]);
    }

    private static CoverageFacts Coverage(TaskCoverage coverage) =>
        new(coverage.Annotated, coverage.Evaluated, coverage.Masked, RunReportBuilder.Reasons(coverage.Missing));
}

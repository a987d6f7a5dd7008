using System.Text.Json;
using Affect.Coordinator.Reports;
using Affect.Core.Labels;
using Affect.Core.Statistics;

namespace Affect.Coordinator.Tests.Reports;

public sealed class RunReportTests
{
    private static readonly ReportInput Input = FakeRun.Make(24, framesPerVideo: 400, withTruth: true);
    private static readonly RunReport Report = RunReportBuilder.Build(Input);

    [Fact]
    public void Accounting_AddsUp_OverTheRunAndOverItsVideos()
    {
        var a = Report.Accounting;
        Assert.True(a.Balanced);
        Assert.Equal(a.FramesIn, a.FramesWithFace + a.FramesWithoutFace + a.FramesSkipped + a.FramesFailed);
        Assert.Equal(a.FramesIn, Report.Videos.Sum(v => v.FramesIn));
        Assert.Equal(a.Faces, Report.Videos.Sum(v => v.Faces));
        Assert.Equal(a.FramesFailed, Report.Videos.Sum(v => v.FramesFailed));
        Assert.Equal(a.FramesFailed, a.Failed.Sum(f => f.Count));
        Assert.Equal(24, a.Videos);
        Assert.Equal(a.Videos, a.VideosComplete + a.VideosPartial + a.VideosFailed + a.VideosPending);
        Assert.True(a is { VideosFailed: > 0, VideosPartial: > 0, FramesFailed: > 0, FramesSkipped: > 0, FramesWithoutFace: > 0 }, "the fake run must hold every case");
    }

    [Fact]
    public void EveryDistribution_CountsEveryFace()
    {
        var faces = Report.Accounting.Faces;
        Assert.Equal(faces, Report.Affect.Density.Sum());
        Assert.Equal(faces, Report.Expressions.Classes.Sum(c => c.Winners));
        Assert.Equal(faces, Report.Faces.PerFrame.Select((n, i) => n * i).Sum());
        foreach (var h in new[] { Report.Faces.Size, Report.Faces.DetectionScore, Report.Faces.Sharpness, Report.Faces.Yaw, Report.Expressions.Confidence })
        {
            Assert.Equal(faces, h.Counts.Sum() + h.Below + h.Above);
            Assert.Equal(h.Edges.Count - 1, h.Counts.Count);
        }

        Assert.Equal(Report.ActionUnits.Units.Select(u => u.Active), Report.ActionUnits.Together.Select((row, i) => row[i]));
    }

    [Fact]
    public void WhatTheModelLacks_IsNullWithAReason()
    {
        var json = JsonDocument.Parse(ReportWriter.Json(Report)).RootElement;
        var other = json.GetProperty("expressions").GetProperty("classes")[LabelSchema.ExpressionIndex("Other")];
        Assert.Equal(JsonValueKind.Null, other.GetProperty("share").GetProperty("value").ValueKind);
        Assert.Equal("the model has no such class", other.GetProperty("share").GetProperty("reason").GetString());
        var au24 = json.GetProperty("actionUnits").GetProperty("units")[9];
        Assert.Equal(JsonValueKind.Null, au24.GetProperty("baseRate").GetProperty("value").ValueKind);
        Assert.Equal("affect-report", json.GetProperty("format").GetString());
        Assert.Equal(1, json.GetProperty("version").GetInt32());
    }

    [Fact]
    public void Series_IsTheCourseOfTheVideo()
    {
        var video = Input.Videos.First(v => v.Figures is not null);
        var facts = Report.Videos.First(v => v.Id == video.Id);
        Assert.Equal(video.Figures!.Course.Valence, facts.Series!.Valence);
        Assert.Equal(video.Figures.Course.Arousal, facts.Series.Arousal);
        Assert.Equal(video.Figures.Course.Faces, facts.Series.Faces);
        Assert.Contains(facts.Series.Valence, value => value is > 0 or < 0);
    }

    [Fact]
    public void Evaluation_ReportsWhatIsMissing()
    {
        var evaluation = Report.Evaluation!;
        Assert.Equal(evaluation.Affect!.Coverage.Annotated, evaluation.Affect.Coverage.Evaluated + evaluation.Affect.Coverage.Missing.Sum(m => m.Count));
        Assert.True(evaluation.Affect.Coverage.Missing.Count > 0);
        Assert.Equal(1, evaluation.UnmatchedAnnotations);
        Assert.Equal(2, evaluation.ProblemCount);
        Assert.InRange(evaluation.Affect.Score.Score.Value!.Value, evaluation.Affect.Score.Interval!.Value.Low, evaluation.Affect.Score.Interval.Value.High);
        Assert.Null(evaluation.ActionUnits!.Units[9].Result.F1.Value);
        Assert.Equal(evaluation.Expressions!.Coverage.Evaluated, evaluation.Expressions.Confusion.Sum(row => row.Sum()));
    }

    [Fact]
    public async Task Page_HoldsTheJsonUnchanged_AndNoTextOfTheRunIsMarkup()
    {
        var html = await HtmlAsync(Report);
        var start = html.IndexOf("id=\"data\">", StringComparison.Ordinal) + "id=\"data\">".Length;
        var data = html[start..html.IndexOf("</script>", start, StringComparison.Ordinal)];
        Assert.Equal(System.Text.Encoding.UTF8.GetString(ReportWriter.Json(Report)), data);
        Assert.DoesNotContain("<script>document.title", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.DoesNotContain('<', data);
        var parsed = JsonDocument.Parse(data).RootElement;
        Assert.Equal(FakeRun.Name(3), parsed.GetProperty("videos")[3].GetProperty("id").GetString());
        Assert.Equal(3, html.Split("</script>").Length);
        Assert.DoesNotContain("http://", html.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheJson_IsTheSameAsAWholeAndAsAStream()
    {
        using var stream = new MemoryStream();
        await ReportWriter.WriteJsonAsync(Report, stream, default);
        Assert.Equal(ReportWriter.Json(Report), stream.ToArray());
    }

    [Fact]
    public async Task TextThatLooksLikeATemplateMark_IsLeftAlone()
    {
        var html = await HtmlAsync(RunReportBuilder.Build(Input with { Corpus = "{{script}} {{data}}" }));
        Assert.Contains("{{script}} {{data}}", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(1, true, false)]
    [InlineData(3, false, true)]
    public void EmptyRuns_HaveNoFigureThatWasNotMeasured(int videos, bool withoutFaces, bool allFailed)
    {
        var report = RunReportBuilder.Build(FakeRun.Make(videos, framesPerVideo: 100, withoutFaces: withoutFaces, allFailed: allFailed));
        Assert.Equal(0, report.Accounting.Faces);
        Assert.Null(report.Affect.Valence.Mean.Value);
        Assert.All(report.Expressions.Classes, c => Assert.Null(c.Share.Value));
        Assert.All(report.ActionUnits.Units, u => Assert.Null(u.BaseRate.Value));
        Assert.All(report.Videos, v => Assert.Equal(allFailed ? "failed" : "complete", v.Status));
        Assert.True(report.Accounting.Balanced);
        using var parsed = JsonDocument.Parse(ReportWriter.Json(report));
        Assert.DoesNotContain("NaN", System.Text.Encoding.UTF8.GetString(ReportWriter.Json(report)), StringComparison.Ordinal);
    }

    private static async Task<string> HtmlAsync(RunReport report)
    {
        using var page = new MemoryStream();
        await ReportWriter.WriteHtmlAsync(report, page, default);
        return System.Text.Encoding.UTF8.GetString(page.ToArray());
    }
}

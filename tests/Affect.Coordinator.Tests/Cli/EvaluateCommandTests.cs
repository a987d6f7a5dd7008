using System.Globalization;
using System.Text;
using System.Text.Json;
using Affect.Core.Labels;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Coordinator.Tests.Cli;

/// <summary>
/// <c>affect evaluate</c> over a stored run whose predictions are known, against figures that numpy and scikit-learn gave for the same numbers
/// (reference/make_evaluation.py).
/// </summary>
[Collection(ConsoleTests.Name)]
public sealed class EvaluateCommandTests : IAsyncLifetime
{
    private static readonly JsonElement Case = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cli", "reference", "evaluation.json"))).RootElement;
    private readonly Scratch _truth = new();
    private StoredRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await StoredRun.CreateAsync([.. Case.GetProperty("videos").EnumerateObject().Select(v => new MadeVideo(v.Name, v.Value.GetProperty("valence").GetArrayLength(), f => Row(v.Value, f)))]);
        await _run.LabelAsync();
        foreach (var video in Case.GetProperty("videos").EnumerateObject())
        {
            WriteTruth(video.Name, video.Value);
        }
    }

    public ValueTask DisposeAsync()
    {
        _run.Dispose();
        _truth.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Figures_AreThoseOfNumpyAndScikitLearn_PooledAndPerVideo()
    {
        var result = await CommandLine.RunAsync("evaluate", Id, "--out", _run.Folder, "--truth", _truth.Folder, "--output", "json");
        Assert.Equal((0, true), (result.ExitCode, result.Output.StartsWith('{')));
        using var json = JsonDocument.Parse(result.Output);
        var (pooled, expected) = (json.RootElement.GetProperty("pooled"), Case.GetProperty("expected").GetProperty("pooled"));
        Same(expected.GetProperty("valence"), pooled.GetProperty("affect").GetProperty("dimensions")[0].GetProperty("result"));
        Same(expected.GetProperty("arousal"), pooled.GetProperty("affect").GetProperty("dimensions")[1].GetProperty("result"));
        var expressions = pooled.GetProperty("expressions");
        Near(expected.GetProperty("macroF1"), expressions.GetProperty("macroF1").GetProperty("score"));
        Near(expected.GetProperty("accuracy"), expressions.GetProperty("accuracy"));
        for (var i = 0; i < 7; i++)
        {
            Near(expected.GetProperty("expressionF1")[i], expressions.GetProperty("classes")[i].GetProperty("result").GetProperty("f1"));
        }

        var units = pooled.GetProperty("actionUnits");
        Near(expected.GetProperty("unitMeanF1"), units.GetProperty("meanF1").GetProperty("score"));
        for (var i = 0; i < LabelSchema.ActionUnits.Count; i++)
        {
            Near(expected.GetProperty("unitF1")[i], units.GetProperty("units")[i].GetProperty("result").GetProperty("f1"));
        }

        Assert.Equal(2, json.RootElement.GetProperty("videos").GetArrayLength());
        foreach (var video in json.RootElement.GetProperty("videos").EnumerateArray())
        {
            var of = Case.GetProperty("expected").GetProperty(video.GetProperty("video").GetString()!);
            Same(of.GetProperty("valence"), video.GetProperty("valence"));
            Same(of.GetProperty("arousal"), video.GetProperty("arousal"));
        }
    }

    [Fact]
    public async Task TheReport_HoldsTheEvaluation_AndTheTableHasTheScores()
    {
        var result = await CommandLine.RunAsync("evaluate", Id, "--out", _run.Folder, "--truth", _truth.Folder);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("macro-F1", result.Output, StringComparison.Ordinal);
        using var report = JsonDocument.Parse(await File.ReadAllBytesAsync(_run.Objects.PathOf(_run.Store.Layout.ReportJson)));
        var dimension = report.RootElement.GetProperty("evaluation").GetProperty("affect").GetProperty("dimensions")[0];
        Same(Case.GetProperty("expected").GetProperty("pooled").GetProperty("valence"), dimension.GetProperty("result"));
        Assert.True(report.RootElement.GetProperty("run").GetProperty("finished").GetBoolean());
    }

    [Fact]
    public async Task WrongTruth_IsAnErrorOfTheInput()
    {
        Assert.Equal(66, (await CommandLine.RunAsync("evaluate", Id, "--out", _run.Folder, "--truth", _truth.At("nothing"))).ExitCode);
        using var empty = new Scratch();
        Assert.Equal(66, (await CommandLine.RunAsync("evaluate", Id, "--out", _run.Folder, "--truth", empty.Folder)).ExitCode);
        await File.WriteAllTextAsync(empty.At("stranger.txt"), "valence,arousal\n0,0\n");
        var result = await CommandLine.RunAsync("evaluate", Id, "--out", _run.Folder, "--truth", empty.Folder);
        Assert.Equal(66, result.ExitCode);
        Assert.Contains("stranger", result.Errors, StringComparison.Ordinal);
        Assert.Equal(64, (await CommandLine.RunAsync("evaluate", Id, "--out", _run.Folder)).ExitCode);
    }

    private string Id => _run.Run.Record.Id.ToString();

    private static LabelRow Row(JsonElement video, int frame)
    {
        float At(string name) => video.GetProperty(name)[frame].GetSingle();
        float[] expressions = [.. video.GetProperty("expressions")[frame].EnumerateArray().Select(x => x.GetSingle()), float.NaN];
        return StoredRun.SomeFace(0)! with
        {
            Frame = frame, Valence = At("valence"), Arousal = At("arousal"), Expressions = expressions, Expression = Array.IndexOf(expressions, expressions[..8].Max()),
            ActionUnits = [.. video.GetProperty("units")[frame].EnumerateArray().Select(x => x.GetSingle())],
        };
    }

    /// <summary>One file a task, in the layouts of the ABAW challenges, masked where the case says so.</summary>
    private void WriteTruth(string video, JsonElement v)
    {
        var frames = v.GetProperty("valence").GetArrayLength();
        var stem = Path.GetFileNameWithoutExtension(video);
        int Masked(string task) => v.GetProperty("masked").GetProperty(task).GetInt32();
        void Write(string task, string header, Func<int, string> line)
        {
            Directory.CreateDirectory(_truth.At(task));
            var text = new StringBuilder(header).Append('\n');
            for (var i = 0; i < frames; i++)
            {
                text.Append(line(i)).Append('\n');
            }

            File.WriteAllText(Path.Combine(_truth.At(task), $"{stem}.txt"), text.ToString());
        }

        Write("VA", "valence,arousal", i => i < Masked("va") ? "-5,-5" : string.Create(
            CultureInfo.InvariantCulture, $"{v.GetProperty("truthValence")[i].GetDouble()},{v.GetProperty("truthArousal")[i].GetDouble()}"));
        Write("EXPR", "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise", i => i < Masked("expr") ? "-1" : v.GetProperty("truthExpression")[i].GetRawText());
        Write("AU", string.Join(',', LabelSchema.ActionUnits), i => string.Join(
            ',', v.GetProperty("truthUnits")[i].EnumerateArray().Select(x => i < Masked("au") ? "-1" : x.GetRawText())));
    }

    private static void Same(JsonElement expected, JsonElement actual)
    {
        Assert.Equal(expected.GetProperty("n").GetInt64(), actual.GetProperty("n").GetInt64());
        foreach (var name in new[] { "ccc", "pcc", "rmse", "sagr" })
        {
            Near(expected.GetProperty(name), actual.GetProperty(name));
        }
    }

    /// <summary>The truth is float32 here (0.37 is not exact), float64 there: 6e-8 relative, amplified by little.</summary>
    private static void Near(JsonElement expected, JsonElement actual) => Assert.Equal(expected.GetDouble(), actual.GetProperty("value").GetDouble(), 1e-6);
}

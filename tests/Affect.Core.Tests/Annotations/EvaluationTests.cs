using Affect.Core.Annotations;
using Affect.Core.Labels;
using Affect.Core.Tests.Statistics;

namespace Affect.Core.Tests.Annotations;

public sealed class EvaluationTests
{
    private static readonly float[] Thresholds = [.. LabelSchema.ActionUnits.Select(_ => 0.5f)];

    [Fact]
    public void EveryAnnotationIsEvaluatedOrMissingWithItsReason()
    {
        LabelRow[] rows =
        [
            Face(0, 0, 0, 100, 50) with { Valence = 0.5f, Arousal = 0.5f },
            LabelRows.Row("v", 1, FrameStatus.NoFace),
            LabelRows.Row("v", 2, FrameStatus.Failed),
            Face(3, 0, 0, 100, 50),
            Face(5, 0, 0, 100, 50) with { Valence = -0.5f, Arousal = -0.5f },
        ];
        var text = "valence,arousal\n0.4,0.4\n0,0\n0,0\n0,0\n0,0\n-0.4,-0.4\n-5,-5\n";
        var evaluation = Evaluate(["v.mp4"], [("v.txt", text)], ("v.mp4", rows));
        var coverage = evaluation.Pooled().AffectCoverage;
        Assert.Equal((6, 2, 1), (coverage.Annotated, coverage.Evaluated, coverage.Masked));
        Assert.Equal(
            new Dictionary<string, long>
            {
                [MissingReason.NoFace] = 1, [MissingReason.Failed] = 1, [MissingReason.NoOutput] = 1, [MissingReason.NoRow] = 1,
            },
            coverage.Missing.ToDictionary());
        Assert.Equal(coverage.Annotated, coverage.Evaluated + coverage.Missing.Values.Sum());
        Assert.Equal(2, evaluation.Pooled().Valence.N);

        // By hand: truth ±0.4, prediction ±0.5: 2·0.2 / (0.16 + 0.25).
        Assert.Equal(0.4 / 0.41, evaluation.Pooled().AffectScore().Value!.Value, 6);
    }

    [Fact]
    public void WithoutAHint_ThePersistentPersonIsMeant_NotALargePasserBy()
    {
        List<LabelRow> rows = [.. Enumerable.Range(0, 20).Select(f => Face(f, 0, 0, 100, 50) with { Valence = 0.8f, Arousal = 0.1f })];
        rows.Insert(1, Face(0, 1, 1, 300, 200) with { Valence = -0.8f, Arousal = -0.1f });
        var sums = Evaluate(["v"], [("v.txt", "valence,arousal\n0.8,0.1\n")], ("v", rows.ToArray())).Pooled();
        Assert.Equal(0, sums.Valence.Result().Rmse.Value!.Value, 6);
    }

    [Fact]
    public void UntrackedRows_MatchTheLargestFace()
    {
        LabelRow[] rows = [Face(0, 0, -1, 10, 30) with { Valence = 0.1f, Arousal = 0 }, Face(0, 1, -1, 200, 90) with { Valence = 0.9f, Arousal = 0 }];
        var sums = Evaluate(["v"], [("v.txt", "valence,arousal\n0.9,0\n")], ("v", rows)).Pooled();
        Assert.Equal(0, sums.Valence.Result().Rmse.Value!.Value, 6);
    }

    [Fact]
    public void LeftAndRight_NameThePeopleOfThePicture_EvenWhenOneIsAlone()
    {
        var rows = new List<LabelRow>();
        for (var f = 0; f < 10; f++)
        {
            // Track 5 on the left, track 2 on the right; the face order in the frame changes; in the last frames only one is seen.
            var left = Face(f, f % 2, 5, 100 + f, 60) with { Valence = -0.5f, Arousal = -0.1f * (f % 3) };
            var right = Face(f, 1 - (f % 2), 2, 400 - f, 40) with { Valence = 0.5f, Arousal = 0.1f * (f % 3) };
            rows.AddRange(f == 8 ? [left with { Face = 0 }] : f == 9 ? [right with { Face = 0 }] : f % 2 == 0 ? [left, right] : [right, left]);
        }

        string Truth(float v) => "valence,arousal\n" + string.Concat(Enumerable.Repeat(FormattableString.Invariant($"{v},0\n"), 10));
        var evaluation = Evaluate(["clips/v.mp4"], [("v_left.txt", Truth(-0.5f)), ("v_right.txt", Truth(0.5f))], ("clips/v.mp4", rows.ToArray()));
        var sums = evaluation.Pooled();
        Assert.Equal(18, sums.AffectCoverage.Evaluated);
        Assert.Equal(2, sums.AffectCoverage.Missing[MissingReason.OtherPerson]);
        Assert.Equal(0, sums.Valence.Result().Rmse.Value!.Value, 6);
    }

    [Fact]
    public void LeftAndRight_OfAVideoThatShowsOnePerson_CannotBeTold()
    {
        var sums = Evaluate(["v"], [("v_left.txt", "valence,arousal\n0,0\n")], ("v", [Face(0, 0, 0, 100, 50) with { Valence = 0, Arousal = 0 }])).Pooled();
        Assert.Equal(1, sums.AffectCoverage.Missing[MissingReason.OtherPerson]);
    }

    [Fact]
    public void FaceTrackAndTime_PickTheirRow()
    {
        LabelRow[] rows =
        [
            Face(0, 0, 7, 10, 90) with { Valence = 0.1f, Arousal = 0 }, Face(0, 1, 8, 200, 30) with { Valence = 0.2f, Arousal = 0 },
            Face(1, 0, 7, 10, 90) with { Valence = 0.3f, Arousal = 0 },
        ];
        const string Csv = "video,time,face,track,valence\nv,0.0,1,,0.2\nv,0.004,,8,0.2\nv,0.041,,,0.3\nv,0.5,,,0.3\nv,0,5,,0\n";
        var sums = Evaluate(["v"], [("t.csv", Csv)], ("v", rows)).Pooled();
        Assert.Equal(3, sums.AffectCoverage.Evaluated);
        Assert.Equal(0, sums.Valence.Result().Rmse.Value!.Value, 6);
        Assert.Equal(0, sums.Arousal.N);
        Assert.Equal(1, sums.AffectCoverage.Missing[MissingReason.NoRow]);
        Assert.Equal(1, sums.AffectCoverage.Missing[MissingReason.OtherPerson]);
    }

    [Fact]
    public void Expression_IsChosenAmongTheAnnotatorsClasses()
    {
        var probabilities = new float[9];
        probabilities[LabelSchema.ExpressionIndex("Contempt")] = 0.6f;
        probabilities[LabelSchema.ExpressionIndex("Anger")] = 0.4f;
        probabilities[8] = float.NaN;
        var row = Face(0, 0, 0, 0, 50) with { Expressions = probabilities, Expression = 7 };
        var sums = Evaluate(["v"], [("v.txt", "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n1\n")], ("v", [row])).Pooled();
        Assert.Equal(1, sums.ExpressionScore().Value);
        Assert.Equal(1, sums.Expressions[1, 1]);
    }

    [Fact]
    public void Pooled_IsTheMetricOfAllFramesTogether_AndMergesOverVideos()
    {
        var random = new Random(2);
        var run = Enumerable.Range(0, 6).Select(v => ($"v{v}", LabelRows.Make(random, $"v{v}", 0, 200).ToArray())).ToArray();
        var files = run.Select(v => (v.Item1 + ".txt", "valence,arousal\n" + string.Concat(Enumerable.Range(0, 200).Select(_ =>
            FormattableString.Invariant($"{(random.NextSingle() * 2) - 1},{(random.NextSingle() * 2) - 1}\n"))))).ToArray();
        var evaluation = Evaluate([.. run.Select(v => v.Item1)], files, run);
        Assert.Equal(evaluation.Videos.Sum(v => v.Sums.Valence.N), evaluation.Pooled().Valence.N);
        Assert.True(evaluation.Pooled().Valence.N > 500);
        var interval = evaluation.Interval(s => s.AffectScore());
        Assert.NotNull(interval);
        Assert.InRange(evaluation.Pooled().AffectScore().Value!.Value, interval.Value.Low, interval.Value.High);
        Assert.Equal(interval, evaluation.Interval(s => s.AffectScore()));
        Assert.Null(Evaluate(["v0"], [files[0]], run[0]).Interval(s => s.AffectScore()));
    }

    [Fact]
    public void ActionUnits_CompareAtTheirThresholds_AndMissingUnitsAreCounted()
    {
        var units = Enumerable.Repeat(0.6f, 12).ToArray();
        units[1] = 0.4f;
        units[9] = float.NaN;
        var row = Face(0, 0, 0, 0, 50) with { ActionUnits = units };
        var sums = Evaluate(["v"], [("v.txt", string.Join(',', LabelSchema.ActionUnits) + "\n1,1,0,1,1,1,1,1,1,1,1,-1\n")], ("v", [row])).Pooled();
        Assert.Equal((11, 10, 1), (sums.ActionUnitCoverage.Annotated, sums.ActionUnitCoverage.Evaluated, sums.ActionUnitCoverage.Masked));
        Assert.Equal(1, sums.ActionUnitCoverage.Missing[MissingReason.NoOutput]);
        Assert.Equal(1, sums.ActionUnits[0].Result().F1.Value);
        Assert.Equal(0, sums.ActionUnits[1].Result().F1.Value);
        Assert.Equal(0, sums.ActionUnits[2].Result().F1.Value);
        Assert.Null(sums.ActionUnits[9].Result().F1.Value);
        Assert.Null(sums.ActionUnits[11].Result().F1.Value);
    }

    [Fact]
    public void VideosThatAreNotThere_AreProblems_NotSilence()
    {
        var evaluation = new Evaluation(["a/x.mp4", "b/x.mp4", "y_left", "y.mp4"], [
            AnnotationReader.Read("x.txt", new StringReader("valence,arousal\n0,0\n0,0\n")),
            AnnotationReader.Read("gone.txt", new StringReader("valence,arousal\n0,0\n")),
            AnnotationReader.Read("y_left.txt", new StringReader("valence,arousal\n0,0\n")),
        ]);
        Assert.Equal(3, evaluation.UnmatchedRows);
        Assert.Equal(2, evaluation.Problems.Count);
        Assert.Contains(evaluation.Problems, p => p.Message.Contains("fits 2 videos", StringComparison.Ordinal));
        Assert.Equal(["y_left"], evaluation.AnnotatedVideos);
    }

    [Theory]
    [InlineData("a/clip.mp4", "a/clip.mp4", PersonSide.Any)]
    [InlineData("a/clip", "a/clip.mp4", PersonSide.Any)]
    [InlineData("clip", "a/clip.mp4", PersonSide.Any)]
    [InlineData("clip_left", "a/clip.mp4", PersonSide.Left)]
    [InlineData("clip_right", "a/clip.mp4", PersonSide.Right)]
    [InlineData("Clip", null, PersonSide.Any)]
    [InlineData("_left", null, PersonSide.Any)]
    public void Names_AreResolved(string name, string? id, PersonSide side)
    {
        var resolved = new VideoNames(["a/clip.mp4", "b/other.mp4"]).Resolve(name);
        Assert.Equal((id, side), (resolved.VideoId, resolved.Side));
        Assert.Equal(id is null, resolved.Problem is not null);
    }

    private static LabelRow Face(long frame, int face, int track, float x, float size) => LabelRows.Row("v", frame, FrameStatus.Face) with
    {
        Face = face, Track = track, BoxX = x, BoxY = 0, BoxWidth = size, BoxHeight = size, SizePixels = size,
    };

    private static Evaluation Evaluate(string[] videos, (string Name, string Text)[] files, params (string Video, LabelRow[] Rows)[] rows)
    {
        var evaluation = new Evaluation(videos, files.Select(f => AnnotationReader.Read(f.Name, new StringReader(f.Text))));
        foreach (var (video, of) in rows)
        {
            evaluation.Add(video, of, new VideoEvaluator(Thresholds));
        }

        return evaluation;
    }
}

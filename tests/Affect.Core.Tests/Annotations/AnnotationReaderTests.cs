using System.Text;
using Affect.Core.Annotations;
using Affect.Core.Labels;

namespace Affect.Core.Tests.Annotations;

public sealed class AnnotationReaderTests
{
    private static readonly string Units = string.Join(',', LabelSchema.ActionUnits);

    [Fact]
    public void Affect_RowIIsFrameI_AndMinusFiveIsMasked()
    {
        var file = Read("VA/12-24-1920x1080.txt", "valence,arousal\r\n0.25,-0.5\r\n-5,-5\r\n-5,0.1\r\n1,-1\r\n\r\n");
        Assert.Equal("ABAW VA", file.Format);
        Assert.Empty(file.Errors);
        Assert.Equal([0L, 1, 2, 3], file.Rows.Select(r => r.Frame));
        Assert.All(file.Rows, r => Assert.Equal("12-24-1920x1080", r.Video));
        Assert.Equal([0.25f, float.NaN, float.NaN, 1f], file.Rows.Select(r => r.Valence));
        Assert.Equal([-0.5f, float.NaN, float.NaN, -1f], file.Rows.Select(r => r.Arousal));
    }

    [Fact]
    public void BrokenLine_IsAnErrorWithItsNumber_AndDoesNotShiftTheOthers()
    {
        var file = Read("v.txt", "valence,arousal\n0.1,0.1\n0.1\n2,0\nx,0\n\n0.2,0.2\n");
        Assert.Equal([0L, 5], file.Rows.Select(r => r.Frame));
        Assert.Equal([3, 4, 5, 6], file.Errors.Select(e => e.Line).Order());
        Assert.Contains(file.Errors, e => e.Message.Contains("outside [-1, 1]", StringComparison.Ordinal));
    }

    [Fact]
    public void Expression_NumbersFollowTheHeader()
    {
        var file = Read("EXPR/a.txt", "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n0\n7\n-1\n4\n8\n1.5\n");
        Assert.Equal(["Neutral", "Other", null, "Happiness"], file.Rows.Select(r => r.Expression < 0 ? null : LabelSchema.Expressions[r.Expression]));
        Assert.Equal([6, 7], file.Errors.Select(e => e.Line));
        Assert.DoesNotContain(LabelSchema.ExpressionIndex("Contempt"), file.Rows[0].ExpressionClasses);
        Assert.Equal(7, Read("a.txt", "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise\n0\n").Rows[0].ExpressionClasses.Count);
    }

    [Fact]
    public void ActionUnits_TwelveAndEight_AndTheUnknownOneIsNamed()
    {
        var twelve = Read("AU/a.txt", Units + "\n0,1,0,0,0,0,0,0,0,0,0,-1\n");
        Assert.Equal<sbyte>([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1], twelve.Rows[0].ActionUnits);
        var eight = Read("AU/a.txt", "AU1,AU2,AU4,AU6,AU12,AU15,AU20,AU25\n1,0,0,0,1,0,1,0\n1,0,0,0,1,0,3,0\n");
        Assert.Equal(["AU20"], eight.IgnoredColumns);
        Assert.Equal<sbyte>([1, 0, 0, 0, -1, -1, 1, 0, -1, -1, 0, -1], eight.Rows[0].ActionUnits);
        Assert.Single(eight.Errors);
    }

    [Fact]
    public void MultiTask_NamesVideoAndFrame()
    {
        var file = Read("mtl.csv", "image,valence,arousal,expression,aus\nvideo1/00001.jpg,0.5,0.25,7,0,0,0,1,0,0,1,0,0,0,1,0\nf/video2/00010.jpg,-5,-5,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1\nnope.jpg,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n");
        Assert.Equal("ABAW MTL", file.Format);
        Assert.Equal(("video1", 0L), (file.Rows[0].Video, file.Rows[0].Frame));
        Assert.Equal(("f/video2", 9L), (file.Rows[1].Video, file.Rows[1].Frame));
        Assert.Equal("Other", LabelSchema.Expressions[file.Rows[0].Expression]);
        Assert.Equal(1, file.Rows[0].ActionUnits[3]);
        Assert.True(float.IsNaN(file.Rows[1].Valence));
        Assert.Equal(4, Assert.Single(file.Errors).Line);
    }

    [Fact]
    public void PlainCsv_AnyOrder_QuotedNames_EmptyIsMasked_OtherColumnsAreNamed()
    {
        var file = Read("t.csv", "\uFEFFarousal,Video,time,track,expression,au12,comment\n0.5,\"a, \"\"b\"\".mp4\",1.25,3,happiness,1,hello\n,x.mp4,0,,,,\n");
        Assert.Equal("plain CSV", file.Format);
        Assert.Empty(file.Errors);
        Assert.Equal(["comment"], file.IgnoredColumns);
        var row = file.Rows[0];
        Assert.Equal(("a, \"b\".mp4", -1L, 1.25, 3, 0.5f), (row.Video, row.Frame, row.TimeSeconds, row.Track, row.Arousal));
        Assert.Equal(4, row.Expression);
        Assert.Equal(1, row.ActionUnits[6]);
        Assert.True(float.IsNaN(row.Valence));
        Assert.Equal((-1, -1), (file.Rows[1].Track, file.Rows[1].Expression));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("a,b\n1,2\n")]
    [InlineData("video,valence\nx,0\n")]
    [InlineData("video,frame,time,valence\nx,0,0,0\n")]
    [InlineData("video,frame\nx,0\n")]
    [InlineData("video,frame,valence,valence\nx,0,0,0\n")]
    [InlineData("Neutral,Neutral,Disgust,Fear,Happiness,Sadness,Surprise\n0\n")]
    [InlineData("\"valence,arousal\n0,0\n")]
    public void UnknownLayout_IsOneErrorOnLineOne(string text)
    {
        var file = Read("x.txt", text);
        Assert.Equal("", file.Format);
        Assert.Empty(file.Rows);
        Assert.Equal(1, Assert.Single(file.Errors).Line);
    }

    [Theory]
    [InlineData("video,frame,expression\nx,0,3\n")]
    [InlineData("video,frame,expression\nx,-1,Fear\n")]
    [InlineData("video,frame,valence\nx,0,NaN\n")]
    [InlineData("video,frame,valence\nx,0,1e99\n")]
    [InlineData("video,time,valence\nx,Infinity,0\n")]
    [InlineData("video,frame,face,valence\nx,0,-2,0\n")]
    [InlineData("video,frame,valence\n,0,0\n")]
    [InlineData("video,frame,valence\n\"x,0,0\n")]
    [InlineData("video,frame,valence\n\"x\"y,0,0\n")]
    public void PlainCsv_BadCells_AreErrorsOnTheirLine(string text)
    {
        var file = Read("x.csv", text);
        Assert.Empty(file.Rows);
        Assert.Equal(2, Assert.Single(file.Errors).Line);
    }

    [Fact]
    public void Fuzz_AnyText_GivesRowsOrErrors_AndEachLineOnce()
    {
        string[] headers = ["valence,arousal", "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other", Units, "image,valence,arousal,expression,aus", "video,frame,valence,AU1", "video,time,track,expression"];
        const string Alphabet = "0123456789-.,,,\"\n\n\r\t aAuUxé\uFEFF\0/…";
        var (rows, errors) = (0L, 0L);
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var text = new StringBuilder(seed % 7 == 0 ? "" : headers[random.Next(headers.Length)] + "\n");
            for (var line = random.Next(6); line > 0; line--)
            {
                text.Append((random.Next(5)) switch
                {
                    0 => "0.5,-0.25",
                    1 => random.Next(-2, 10).ToString(System.Globalization.CultureInfo.InvariantCulture),
                    2 => "v/00007.jpg,0,0,3,0,0,0,0,0,0,0,0,0,0,0,0",
                    3 => "x.mp4,4,0.5,1",
                    _ => string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => Alphabet[random.Next(Alphabet.Length)])),
                }).Append('\n');
            }

            var file = Read($"f{seed}.txt", text.ToString());
            var lines = file.Rows.Select(r => r.Line).Concat(file.Errors.Select(e => e.Line)).ToList();
            Assert.Equal(lines.Count, lines.Distinct().Count());
            Assert.All(file.Rows, r =>
            {
                Assert.True(float.IsNaN(r.Valence) || Math.Abs(r.Valence) <= 1);
                Assert.InRange(r.Expression, -1, 8);
                Assert.True(r.Frame >= 0 || double.IsFinite(r.TimeSeconds));
            });
            rows += file.Rows.Count;
            errors += file.Errors.Count;
        }

        Assert.True(rows > 1000 && errors > 1000, $"the fuzz must reach both: {rows} rows, {errors} errors");
    }

    private static AnnotationFile Read(string name, string text) => AnnotationReader.Read(name, new StringReader(text));
}

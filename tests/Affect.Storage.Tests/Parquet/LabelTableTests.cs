using Affect.Core.Labels;
using Affect.Storage.Parquet;

namespace Affect.Storage.Tests.Parquet;

public sealed class LabelTableTests
{
    // The wire contract. A change here is a change of every reader of label files: raise LabelSchema.Version with it.
    private const string Golden =
        """
        video VARCHAR id
        frame BIGINT count
        pts BIGINT ticks
        time_s DOUBLE s
        status VARCHAR name
        reason VARCHAR? text
        face INTEGER? count
        track INTEGER? id
        box_x FLOAT? px
        box_y FLOAT? px
        box_w FLOAT? px
        box_h FLOAT? px
        det_score FLOAT? 0..1
        right_eye_x FLOAT? px
        right_eye_y FLOAT? px
        left_eye_x FLOAT? px
        left_eye_y FLOAT? px
        nose_x FLOAT? px
        nose_y FLOAT? px
        mouth_x FLOAT? px
        mouth_y FLOAT? px
        yaw FLOAT? deg
        pitch FLOAT? deg
        roll FLOAT? deg
        size_px FLOAT? px
        sharpness FLOAT? level^2
        valence FLOAT? -1..1
        arousal FLOAT? -1..1
        expression VARCHAR? name
        expr_Neutral FLOAT? 0..1
        expr_Anger FLOAT? 0..1
        expr_Disgust FLOAT? 0..1
        expr_Fear FLOAT? 0..1
        expr_Happiness FLOAT? 0..1
        expr_Sadness FLOAT? 0..1
        expr_Surprise FLOAT? 0..1
        expr_Contempt FLOAT? 0..1
        expr_Other FLOAT? 0..1
        AU1 FLOAT? 0..1
        AU2 FLOAT? 0..1
        AU4 FLOAT? 0..1
        AU6 FLOAT? 0..1
        AU7 FLOAT? 0..1
        AU10 FLOAT? 0..1
        AU12 FLOAT? 0..1
        AU15 FLOAT? 0..1
        AU23 FLOAT? 0..1
        AU24 FLOAT? 0..1
        AU25 FLOAT? 0..1
        AU26 FLOAT? 0..1
        chunk VARCHAR id
        model VARCHAR hash
        appearance BLOB? level
        """;

    [Fact]
    public void Columns_AreTheGoldenOnes()
    {
        Assert.Equal(1, LabelSchema.Version);
        Assert.Equal(Golden.Split('\n'), LabelTable.Columns.Select(c => $"{c.Name} {c.TypeName}{(c.IsNullable ? "?" : "")} {c.Unit}"));
        Assert.Equal(LabelTable.Columns.SkipLast(1), LabelTable.FinalColumns);
    }

    [Fact]
    public void Document_HasTheSameTable()
    {
        var rows = File.ReadLines(Path.Combine(TestFolder.RepositoryRoot, "docs/formats/labels.md"))
            .SkipWhile(l => !l.StartsWith("| column |", StringComparison.Ordinal)).Skip(2).TakeWhile(l => l.StartsWith('|'));
        Assert.Equal(LabelTable.Columns.Select(DocumentRow), rows);
    }

    [Theory]
    [InlineData(FrameStatus.Face, "face")]
    [InlineData(FrameStatus.NoFace, "no_face")]
    [InlineData(FrameStatus.Failed, "failed")]
    public void Status_HasANameForEachValue(FrameStatus status, string name)
    {
        Assert.Equal(name, LabelTable.StatusName(status));
        Assert.Equal(status, LabelTable.ParseStatus(name));
    }

    [Fact]
    public void Status_IsComplete()
    {
        Assert.Equal(4, Enum.GetValues<FrameStatus>().Length);
        Assert.Equal(FrameStatus.Unknown, LabelTable.ParseStatus("other"));
        Assert.Equal(FrameStatus.Unknown, LabelTable.ParseStatus(null));
    }

    internal static string DocumentRow(LabelColumn column) =>
        $"| `{column.Name}` | {column.TypeName} | {(column.IsNullable ? "yes" : "no")} | {column.Unit} | {column.Description}{(column.ChunkFilesOnly ? "; chunk files only" : "")} |";
}

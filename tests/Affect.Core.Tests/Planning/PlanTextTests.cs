using System.Text;
using Affect.Core.Planning;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Core.Tests.Planning;

public sealed class PlanTextTests
{
    private const string Golden =
        """
        {"chunk":"v000000-c00000","video":"a/b.mp4","firstFrame":0,"frames":250,"startPts":-512,"endPts":128000}
        {"chunk":"v000000-c00001","video":"a/b.mp4","firstFrame":250,"frames":17,"startPts":128000}
        {"chunk":"v000003-c00000","video":"\u00FC \u0022x\u0022.mkv","firstFrame":0,"frames":1,"startPts":0,"requires":"codec:av1 device:cuda"}

        """;

    private static readonly ChunkSpec[] Plan =
    [
        new(new ChunkId(0, 0), "a/b.mp4", 0, 250, -512, 128_000),
        new(new ChunkId(0, 1), "a/b.mp4", 250, 17, 128_000, long.MaxValue),
        new(new ChunkId(3, 0), "ü \"x\".mkv", 0, 1, 0, long.MaxValue) { Requires = RequirementTags.Join(["device:cuda", "codec:AV1", "codec:av1"]) },
    ];

    [Fact]
    public void Write_IsAsPinned()
    {
        Assert.Equal(Golden, Print(Plan));
        Assert.Equal(Golden.Split('\n')[1], PlanText.FormatLine(Plan[1]));
    }

    [Fact]
    public void Read_GivesBackWhatWasWritten()
    {
        Assert.Equal(Plan, PlanText.Read(new StringReader(Golden)));
        Prop.ForAll(VideoGenerator.Cases().ToArbitrary(), c => Assert.Equal(c.Plan(), PlanText.Read(new StringReader(Print(c.Plan()))))).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0, "c00001", "c00002", "line 2")]
    [InlineData(0, "\"endPts\":128000", "\"endPts\":128001", "line 2")]
    [InlineData(0, "\"firstFrame\":250", "\"firstFrame\":251", "line 2")]
    [InlineData(0, "\"frames\":17", "\"frames\":0", "line 2")]
    [InlineData(0, "{\"chunk\":\"v000003-c00000\"", "{\"chunk\":\"v000003-c00001\"", "line 3")]
    [InlineData(0, ",\"startPts\":0,", ",\"startPts\":", "line 3")]
    [InlineData(0, "\"video\":\"a/b.mp4\",\"firstFrame\":250", "\"firstFrame\":250", "line 2")]
    [InlineData(50, "", "", "line 1")]
    [InlineData(105, "", "", "cut off")]
    public void Read_DamagedPlan_NamesTheLine(int length, string old, string replacement, string expected)
    {
        var text = length > 0 ? Golden[..length] : Golden.Replace(old, replacement, StringComparison.Ordinal);
        Assert.NotEqual(Golden, text);
        Assert.Contains(expected, Assert.Throws<FormatException>(() => PlanText.Read(new StringReader(text))).Message);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("codec:av1", "codec:av1 device:cuda", true)]
    [InlineData("codec:av1 device:cuda", "codec:av1", false)]
    public void RequirementTags_AreMetByASuperset(string required, string offered, bool expected) =>
        Assert.Equal(expected, RequirementTags.AreMet(required, RequirementTags.Split(offered).ToHashSet(StringComparer.Ordinal)));

    [Theory]
    [InlineData("v000012-c00003", true)]
    [InlineData("v1234567-c123456", true)]
    [InlineData("v12-c3", false)]
    [InlineData("v000012-c", false)]
    [InlineData("v-c00003", false)]
    [InlineData("v0000012-c00003", false)]
    [InlineData("", false)]
    public void ChunkId_ParsesItsOwnTextOnly(string text, bool valid)
    {
        Assert.Equal(valid, ChunkId.TryParse(text, out var id));
        Assert.Equal(valid, id.ToString() == text);
    }

    private static string Print(IEnumerable<ChunkSpec> plan)
    {
        using var stream = new MemoryStream();
        PlanText.Write(stream, plan);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}

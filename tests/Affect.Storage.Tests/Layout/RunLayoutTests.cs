using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Storage.Layout;
using Affect.Storage.Objects;

namespace Affect.Storage.Tests.Layout;

public sealed class RunLayoutTests
{
    private const string Epoch = "7q2k9m0x4c1d";
    private static readonly ChunkId Chunk = new(12, 3);
    private static readonly RunLayout Layout = new("0a1b2c");

    [Fact]
    public void Names_AreTheOnesOfTheTree()
    {
        string[] names =
        [
            RunLayout.Index("sha256:00ff"), Layout.Run, Layout.Manifest, Layout.Plan, Layout.Videos, Layout.Chunk(Attempt(2)), Layout.Done(Chunk), Layout.Failed(Attempt(1)), Layout.Retired(Attempt(1)),
            Layout.VideoLabels("day 1/a.mp4"), Layout.LabelsPart(7), Layout.ReportJson, Layout.ReportHtml, Layout.Failures,
        ];
        Assert.Equal(
            [
                "index/sha256-00ff.idx", "runs/0a1b2c/run.json", "runs/0a1b2c/manifest.jsonl", "runs/0a1b2c/plan.jsonl",
                "runs/0a1b2c/videos.jsonl", $"runs/0a1b2c/chunks/v000012-c00003.2-{Epoch}.parquet", "runs/0a1b2c/done/v000012-c00003.json",
                $"runs/0a1b2c/failed/v000012-c00003.1-{Epoch}.json", $"runs/0a1b2c/retired/v000012-c00003.1-{Epoch}.json",
                "runs/0a1b2c/labels/day~201~~a.mp4.parquet", "runs/0a1b2c/labels/part-00007.parquet", "runs/0a1b2c/report.json",
                "runs/0a1b2c/report.html", "runs/0a1b2c/failures.jsonl",
            ],
            names);
        Assert.All(names, ObjectNames.Validate);
    }

    [Fact]
    public void Names_AreDocumented()
    {
        var document = File.ReadAllText(Path.Combine(TestFolder.RepositoryRoot, "docs/formats/tree.md"));
        var example = new RunLayout("RUN");
        foreach (var name in new[]
        {
            RunLayout.Index("sha256:CONTENT"), example.Run, example.Manifest, example.Plan, example.Videos, example.Chunk(Attempt(2)), example.Done(Chunk),
            example.Failed(Attempt(2)), example.Retired(Attempt(2)), example.Begun(Attempt(2)),
            example.VideoLabels("VIDEO"), example.LabelsPart(0), example.Finalised, example.ReportJson, example.ReportHtml, example.Failures,
        })
        {
            Assert.Contains($"| `{name}` |", document, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Attempts_ParseBack()
    {
        Assert.True(RunLayout.TryParseAttempt(Layout.Chunk(Attempt(4)), out var attempt));
        Assert.Equal(Attempt(4), attempt);
        Assert.True(RunLayout.TryParseAttempt(Layout.Failed(Attempt(5)), out attempt));
        Assert.Equal(Attempt(5), attempt);
        Assert.True(RunLayout.TryParseDone(Layout.Done(Chunk), out var id));
        Assert.Equal(Chunk, id);
        Assert.False(RunLayout.TryParseAttempt(Layout.Done(Chunk), out _));
        Assert.False(RunLayout.TryParseDone(Layout.Chunk(Attempt(1)), out _));
        Assert.False(RunLayout.TryParseAttempt($"runs/x/chunks/v000012-c00003.04-{Epoch}.parquet", out _));
        Assert.False(RunLayout.TryParseAttempt($"runs/x/chunks/v12-c3.4-{Epoch}.parquet", out _));
    }

    [Fact]
    public void VideoNamedLikeAPart_GetsANameOfItsOwn()
    {
        var name = Layout.VideoLabels("part-00000");
        Assert.NotEqual(Layout.LabelsPart(0), name);
        Assert.NotEqual(Layout.VideoLabels("~70art-00000"), name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    public void RunId_IsChecked(string runId) => Assert.Throws<ArgumentException>(() => new RunLayout(runId));

    private static LeaseToken Attempt(int number) => new(Chunk, new AttemptId(number, Epoch));
}

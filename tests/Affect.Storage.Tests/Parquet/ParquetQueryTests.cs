using Affect.Core.Labels;
using Affect.Storage.Parquet;

namespace Affect.Storage.Tests.Parquet;

public sealed class ParquetQueryTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Columns_OfManyFiles_InOrder()
    {
        var files = new List<string>();
        var rows = new List<LabelRow>();
        foreach (var i in new[] { 2, 0, 1 })
        {
            var part = TestRows.Make(i, 3000, $"video {i}", appearance: false);
            await LabelParquet.WriteAsync(part, TestRows.Labels, _folder.File($"{i}"), Token);
            files.Add(_folder.File($"{i}"));
            rows.AddRange(part);
        }

        var (video, frame, face, valence, time, expression) =
            (new List<string?>(), new List<long>(), new List<long>(), new List<float>(), new List<double>(), new List<string?>());
        foreach (var batch in ParquetQuery.Read(files, ["face", "video", "valence", "frame", "time_s", "expression"], filter: null, Token))
        {
            video.AddRange(batch.Texts("video"));
            frame.AddRange(batch.Integers("frame"));
            face.AddRange(batch.Integers("face"));
            valence.AddRange(batch.Floats("valence"));
            time.AddRange(batch.Doubles("time_s"));
            expression.AddRange(batch.Texts("expression"));
        }

        Assert.Equal(rows.Select(r => r.Video), video);
        Assert.Equal(rows.Select(r => r.Frame), frame);
        Assert.Equal(rows.Select(r => (long)r.Face), face);
        Assert.Equal(rows.Select(r => r.Valence), valence);
        Assert.Equal(rows.Select(r => r.TimeSeconds), time);
        Assert.Equal(rows.Select(r => r.Expression < 0 ? null : LabelSchema.Expressions[r.Expression]), expression);
    }

    [Fact]
    public async Task Filter_ChoosesRows()
    {
        var rows = TestRows.Make(4, 2000, "v", appearance: false);
        await LabelParquet.WriteAsync(rows, TestRows.Labels, _folder.File("a"), Token);
        var frames = ParquetQuery.Read([_folder.File("a")], ["frame"], "status = 'failed' AND frame < 500", Token).SelectMany(b => b.Integers("frame")).ToList();
        Assert.Equal(rows.Where(r => r.Status == FrameStatus.Failed && r.Frame < 500).Select(r => r.Frame), frames);
        Assert.NotEmpty(frames);
    }

    [Fact]
    public async Task WrongColumnOrType_IsClear()
    {
        await LabelParquet.WriteAsync(TestRows.Make(4, 20, "v", appearance: false), TestRows.Labels, _folder.File("a"), Token);
        var missing = Assert.Throws<InvalidDataException>(() => ParquetQuery.Read([_folder.File("a")], ["nothing"], null, Token).Count());
        Assert.Contains("nothing", missing.Message, StringComparison.Ordinal);
        foreach (var batch in ParquetQuery.Read([_folder.File("a")], ["frame", "valence"], null, Token))
        {
            Assert.Throws<ArgumentException>(() => batch.Floats("frame"));
            Assert.Throws<ArgumentException>(() => batch.Integers("valence"));
            Assert.Throws<ArgumentException>(() => batch.Texts("video"));
        }

        Assert.Empty(ParquetQuery.Read([], ["frame"], null, Token));
    }

    [Fact]
    public async Task LeftEarly_ReleasesTheQuery()
    {
        await LabelParquet.WriteAsync(TestRows.Make(4, 20_000, "v", appearance: false), TestRows.Labels, _folder.File("a"), Token);
        for (var i = 0; i < 50; i++)
        {
            Assert.True(ParquetQuery.Read([_folder.File("a")], ["frame"], null, Token).First().Count > 0);
        }
    }
}

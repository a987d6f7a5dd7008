using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Tests.Fixtures;
using Affect.Engine.Working;
using Affect.Storage.Parquet;

namespace Affect.Engine.Tests.Working;

/// <summary>Labels and detections of earlier runs: taken where they hold, the rows those of a run that takes nothing.</summary>
public sealed class ChunkReuseTests
{
    private static readonly JsonSerializerOptions Exact = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private static readonly MadeVideo Old = new("old.mp4", 130, StoredRun.SomeFace);
    private static readonly MadeVideo Other = new("other.mp4", 70, frame => StoredRun.SomeFace(frame + 3));
    private static readonly MadeVideo Renamed = Old with { Id = "moved/new name.mp4" };
    private static readonly MadeVideo Added = new("added.mp4", 90, frame => StoredRun.SomeFace(frame + 1));

    [Fact]
    public async Task CorpusThatGrew_LabelsTheNewVideoAlone()
    {
        using var earlier = await StoredRun.CreateAsync([Old, Other]);
        await earlier.LabelAsync();
        using var fresh = await StoredRun.CreateAsync([Added, Other, Renamed]);
        Assert.Equal(Added.Frames + Other.Frames + Renamed.Frames, await fresh.LabelAsync());

        using var run = await StoredRun.CreateAsync([Added, Other, Renamed]);
        var reuse = await ReuseAsync(run, earlier);
        Assert.Equal(Added.Frames, await run.LabelAsync(reuse: reuse));
        Assert.Equal(await RowsAsync(fresh), await RowsAsync(run));
        Assert.Equal(run.Run.Plan.Count(chunk => chunk.VideoId != Added.Id), reuse.ChunksLabelled);
        Assert.Equal(earlier.Run.Record.Id.ToString(), reuse.Source);
    }

    /// <summary>Whatever is done of the earlier run, and wherever it cut the videos.</summary>
    [Fact]
    public async Task AnyCuts_AnyPartDone_GiveTheSameRows()
    {
        var random = new Random(20261126);
        var (taken, labelled) = (0, 0);
        for (var round = 0; round < 30; round++)
        {
            var sampling = round % 3 == 0 ? new Sampling(Every: 3) : Sampling.All;
            using var earlier = await StoredRun.CreateAsync([Old, Other], sampling, random.Next(5, 80));
            await earlier.LabelAsync(random.Next(0, earlier.Run.Plan.Count + 1));
            using var run = await StoredRun.CreateAsync([Renamed, Added, Other], sampling, random.Next(5, 80));
            using var fresh = await StoredRun.CreateAsync([Renamed, Added, Other], sampling, run.Run.Plan[0].FrameCount);
            var reuse = await ReuseAsync(run, earlier);
            labelled += await run.LabelAsync(reuse: reuse);
            taken += reuse.ChunksLabelled;
            await fresh.LabelAsync();
            Assert.Equal((await RowsAsync(fresh)).Select(WithoutChunk), (await RowsAsync(run)).Select(WithoutChunk));
        }

        Assert.True(taken > 50 && labelled > 1000, $"{taken} chunks taken, {labelled} frames labelled");
    }

    [Fact]
    public async Task OtherSamplingDetectorOrSchema_IsNoEarlierRun()
    {
        using var earlier = await StoredRun.CreateAsync([Old]);
        var c = earlier.Run.Record.Configuration;
        Assert.NotNull(await OpenAsync(earlier, c));
        Assert.NotNull(await OpenAsync(earlier, c with { Smoothing = new Core.Tracking.SmoothingOptions(1) }));
        Assert.Null(await OpenAsync(earlier, c with { Sampling = new Sampling(Every: 2) }));
        Assert.Null(await OpenAsync(earlier, c with { Detector = c.Detector with { ScoreThreshold = 0.6 } }));
        Assert.Null(await OpenAsync(earlier, c with { LabelSchemaVersion = 99 }));
        Assert.Null(await EarlierRun.TryOpenAsync(earlier.Store, c, new HashSet<string> { "sha256:other" }, earlier.Scratch, default));
    }

    [Fact]
    public async Task OtherAffectModel_LeavesTheDetections()
    {
        using var run = await StoredRun.CreateAsync([Old]);
        await run.LabelAsync();
        var c = run.Run.Record.Configuration;
        var other = await OpenAsync(run, c with { AffectModels = [c.AffectModels[0] with { Sha256 = new string('e', 64) }] });
        Assert.False(other!.HasSameModels);
        var found = await new ChunkReuse([Old.Content], [other]).FindAsync(run.Run.Plan[1], run.Videos, c.Sampling, default);
        Assert.Null(found!.Labels);
        Assert.Equal(run.Run.Plan[1].FrameCount, found.Detections!.Rows.Count);
    }

    [Fact]
    public async Task FrameThatFailed_HasItsChunkLabelledAgain()
    {
        using var earlier = await StoredRun.CreateAsync([Old]);
        await earlier.LabelAsync(change: row => row.Frame != 25 ? row : row with
        {
            Status = FrameStatus.Failed, Reason = "decode", Face = -1, BoxX = float.NaN, BoxY = float.NaN, BoxWidth = float.NaN, BoxHeight = float.NaN, Landmarks = [], Expressions = [],
            ActionUnits = [], Appearance = [],
        });
        using var fresh = await StoredRun.CreateAsync([Renamed]);
        await fresh.LabelAsync();
        using var run = await StoredRun.CreateAsync([Renamed]);
        Assert.Equal(run.Run.Plan[1].FrameCount, await run.LabelAsync(reuse: await ReuseAsync(run, earlier)));
        Assert.Equal(await RowsAsync(fresh), await RowsAsync(run));
    }

    [Fact]
    public async Task ChunkFileThatIsDamagedOrGone_IsMadeAgain()
    {
        using var earlier = await StoredRun.CreateAsync([Old]);
        await earlier.LabelAsync();
        var files = Directory.GetFiles(Path.Combine(earlier.Folder, earlier.Store.Layout.ChunksPrefix)).Order(StringComparer.Ordinal).ToArray();
        File.Delete(files[0]);
        await File.WriteAllTextAsync(files[2], "no Parquet", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(earlier.Folder, earlier.Store.Layout.Done(earlier.Run.Plan[3].Id)), "{}", TestContext.Current.CancellationToken);
        using var run = await StoredRun.CreateAsync([Renamed]);
        Assert.Equal(new[] { 0, 2, 3 }.Sum(i => run.Run.Plan[i].FrameCount), await run.LabelAsync(reuse: await ReuseAsync(run, earlier)));
    }

    /// <summary>The rows before the damage can be read: the last of those frames may lack faces.</summary>
    [Fact]
    public async Task ChunkFileThatIsDamagedHalfWay_GivesNoRows()
    {
        var film = new MadeVideo("film.mp4", 2 * (LabelParquet.RowGroupRows + 4_000), StoredRun.SomeFace);
        using var earlier = await StoredRun.CreateAsync([film], chunkFrames: LabelParquet.RowGroupRows + 4_000);
        await earlier.LabelAsync();
        Assert.Equal(2, earlier.Run.Plan.Count);
        var file = Directory.GetFiles(Path.Combine(earlier.Folder, earlier.Store.Layout.ChunksPrefix)).Order(StringComparer.Ordinal).First();
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        // In the second row group, before the footer.
        bytes.AsSpan(bytes.Length * 95 / 100, 2_000).Fill(0x55);
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        var readable = new List<long>();
        Assert.Throws<InvalidDataException>(() => readable.AddRange(LabelParquet.Read(file, default).Select(row => row.Frame)));
        Assert.True(readable.Count > 1_000, "nothing before the damage can be read: this tests nothing");

        using var run = await StoredRun.CreateAsync([film], chunkFrames: 100_000);
        var found = await (await ReuseAsync(run, earlier)).FindAsync(Assert.Single(run.Run.Plan), run.Videos, Sampling.All, default);
        Assert.Null(found!.Labels);
        Assert.Equal(earlier.Run.Plan[1].FirstFrame, found.Detections!.Rows[0].Frame);
    }

    [Fact]
    public async Task IndexWithOtherTimeStamps_TakesNothing()
    {
        using var earlier = await StoredRun.CreateAsync([Old]);
        await earlier.LabelAsync(change: row => row with { Pts = row.Pts + 1 });
        using var run = await StoredRun.CreateAsync([Renamed]);
        Assert.Equal(Renamed.Frames, await run.LabelAsync(reuse: await ReuseAsync(run, earlier)));
    }

    private static Task<EarlierRun?> OpenAsync(StoredRun earlier, RunConfiguration configuration) =>
        EarlierRun.TryOpenAsync(earlier.Store, configuration, earlier.Manifest.Entries.Select(e => e.Content).ToHashSet(), earlier.Scratch, default);

    private static async Task<ChunkReuse> ReuseAsync(StoredRun run, StoredRun earlier)
    {
        string[] contents = [.. run.Manifest.Entries.Select(e => e.Content)];
        var open = await EarlierRun.TryOpenAsync(earlier.Store, run.Run.Record.Configuration, contents.ToHashSet(), run.Scratch, default);
        return new ChunkReuse(contents, [open!]);
    }

    private static async Task<List<LabelRow>> LabelsAsync(StoredRun run)
    {
        var rows = new List<LabelRow>();
        await foreach (var done in run.Store.DoneAsync(default))
        {
            rows.AddRange(LabelParquet.Read(Path.Combine(run.Folder, run.Store.Layout.Root + done.ObjectName), default));
            Assert.True(done.Frames.IsBalanced);
        }

        return rows;
    }

    private static async Task<List<string>> RowsAsync(StoredRun run) => [.. (await LabelsAsync(run)).Select(row => JsonSerializer.Serialize(row, Exact))];

    private static string WithoutChunk(string row) => JsonSerializer.Serialize(JsonSerializer.Deserialize<LabelRow>(row, Exact)! with { Chunk = "" }, Exact);
}

using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Tests.Fixtures;
using Affect.Engine.Verification;
using Affect.Storage.Parquet;

namespace Affect.Engine.Tests.Verification;

public sealed class RunVerifierTests
{
    private static readonly MadeVideo[] Videos = [new("a.mp4", 75, StoredRun.SomeFace), new("b.mp4", 45, StoredRun.SomeFace)];

    [Fact]
    public async Task AnUntouchedRun_HasNoDifference()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        await run.LabelAsync();
        var result = await VerifyAsync(run, new VerifyOptions(40, 3, 0, 2));
        Assert.Empty(result.Findings);
        Assert.True(result.Finished);
        Assert.Equal((run.Run.Plan.Count, 120L, 120L), (result.ChunksChecked, result.ChunkRows, result.LabelRows));
        Assert.InRange(result.FramesSampled, 40, 47);
        Assert.True(result.ChunksSampled > 1);
    }

    [Fact]
    public async Task ASampledRun_IsVerifiedOverItsSelectedFrames()
    {
        using var run = await StoredRun.CreateAsync(Videos, new Sampling(3));
        await run.LabelAsync();
        var result = await VerifyAsync(run, new VerifyOptions(1000, 1, 0, 1));
        Assert.Empty(result.Findings);
        Assert.Equal(40, result.FramesSampled);
    }

    [Fact]
    public async Task TheSample_LabelsTheWantedFramesAndNoOthers()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        await run.LabelAsync();
        var processor = new MadeProcessor(run.Videos);
        var verifier = new RunVerifier(run.Store, run.Run, run.Videos, () => processor, run.Scratch, TimeProvider.System);
        var result = await verifier.VerifyAsync(new VerifyOptions(24, 5, 0, 1), default);
        Assert.Equal(result.FramesSampled, processor.Frames);
    }

    [Fact]
    public async Task AStoredValueThatLabellingDoesNotGive_IsNamedWithVideoAndFrame_UnlessTolerated()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        await run.LabelAsync();
        LabelRow Shift(LabelRow row) => row.Video == "b.mp4" && row.Frame == 21 ? row with { Valence = row.Valence + 0.01f } : row;
        var verifier = new RunVerifier(run.Store, run.Run, run.Videos, () => new MadeProcessor(run.Videos, change: Shift), run.Scratch, TimeProvider.System);
        var finding = Assert.Single((await verifier.VerifyAsync(new VerifyOptions(1000, 1, 0, 2), default)).Findings);
        Assert.Equal(("sample", "b.mp4", 21L), (finding.Check, finding.Video, finding.Frame));
        Assert.Contains("valence", finding.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await verifier.VerifyAsync(new VerifyOptions(1000, 1, 0.02f, 2), default)).Differences);
    }

    [Fact]
    public async Task ALabelRowThatNoChunkHas_IsFound()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        await run.LabelAsync();
        var path = run.Objects.PathOf(run.Store.Layout.LabelsPart(0));
        var rows = LabelParquet.Read(path, default).Select(r => r.Video == "a.mp4" && r.Frame == 40 ? r with { Track = r.Track + 1 } : r).ToList();
        await LabelParquet.WriteAsync(rows, LabelParquet.ReadMetadata(path), path, default);
        var finding = Assert.Single((await VerifyAsync(run, new VerifyOptions(0, 1, 0, 1))).Findings);
        Assert.Equal(("labels", "a.mp4", 40L), (finding.Check, finding.Video, finding.Frame));
        Assert.Contains("track", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AChunkFileWithoutOneOfItsFrames_IsFound()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        await run.LabelAsync();
        var path = Directory.GetFiles(run.Objects.PathOf(run.Store.Layout.ChunksPrefix.TrimEnd('/'))).Order(StringComparer.Ordinal).First();
        var rows = LabelParquet.Read(path, default).Where(r => r.Frame != 5).ToList();
        await LabelParquet.WriteAsync(rows, LabelParquet.ReadMetadata(path), path, default);
        var result = await VerifyAsync(run, new VerifyOptions(0, 1, 0, 1));
        Assert.Contains(result.Findings, f => f.Check == "chunk" && f.Video == "a.mp4" && f.Message.Contains("not those that were selected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AMissingChunkFile_AndADamagedOne_AreFindings_NotCrashes()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        await run.LabelAsync();
        var files = Directory.GetFiles(run.Objects.PathOf(run.Store.Layout.ChunksPrefix.TrimEnd('/'))).Order(StringComparer.Ordinal).ToList();
        File.Delete(files[0]);
        await File.WriteAllBytesAsync(files[1], [1, 2, 3]);
        var result = await VerifyAsync(run, new VerifyOptions(1000, 1, 0, 1));
        Assert.Equal(2, result.Findings.Count(f => f.Check == "chunk"));
        Assert.True(result.Differences > 2);
    }

    [Fact]
    public async Task AnUnfinishedRun_SaysWhichChunksAreLeft()
    {
        using var run = await StoredRun.CreateAsync(Videos);
        await run.LabelAsync(chunks: 2);
        var result = await VerifyAsync(run, new VerifyOptions(8, 1, 0, 1));
        Assert.False(result.Finished);
        Assert.Equal(2, result.ChunksChecked);
        Assert.Equal(run.Run.Plan.Count - 2, result.Findings.Count(f => f.Message.Contains("neither done nor given up", StringComparison.Ordinal)));
    }

    private static Task<VerifyResult> VerifyAsync(StoredRun run, VerifyOptions options) =>
        new RunVerifier(run.Store, run.Run, run.Videos, () => new MadeProcessor(run.Videos), run.Scratch, TimeProvider.System).VerifyAsync(options, default);
}

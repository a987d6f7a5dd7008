using Affect.Storage.Parquet;

namespace Affect.Storage.Tests.Parquet;

public sealed class LabelParquetWriterTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Batches_BecomeOneFile()
    {
        var first = TestRows.Make(1, 5000, "a", appearance: false);
        var second = TestRows.Make(2, 3000, "b", appearance: false);
        await using var writer = new LabelParquetWriter(TestRows.Labels, _folder.File("part"));
        foreach (var batch in first.Chunk(1000).Concat(second.Chunk(37)))
        {
            await writer.AppendAsync(batch, Token);
        }

        await writer.AppendAsync([], Token);
        Assert.Empty(Directory.GetFiles(_folder.Path, "part"));
        Assert.Equal(first.Count + second.Count, await writer.CompleteAsync(Token));
        TestRows.AssertEqual([.. first, .. second], [.. LabelParquet.Read(_folder.File("part"), Token)]);
    }

    [Fact]
    public async Task Abandoned_LeavesNothing()
    {
        await using (var writer = new LabelParquetWriter(TestRows.Labels, _folder.File("a")))
        {
            await writer.AppendAsync(TestRows.Make(1, 5000, "a", appearance: false), Token);
        }

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Failure_ReachesTheCaller()
    {
        var rows = TestRows.Make(1, 10, "a", appearance: false);
        await using var writer = new LabelParquetWriter(TestRows.Labels, _folder.File("a"));
        await Assert.ThrowsAsync<ArgumentException>(async () =>
        {
            // More batches than may wait: the caller must not hang on a writer that has ended.
            for (var i = 0; i < 10 * LabelParquetWriter.MaxWaitingBatches; i++)
            {
                await writer.AppendAsync(rows, Token);
            }

            await writer.CompleteAsync(Token);
        });
        await Assert.ThrowsAsync<ArgumentException>(() => writer.AppendAsync(rows, Token));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(new long[0], "")]
    [InlineData(new long[] { 0, 0 }, "")]
    [InlineData(new long[] { 10, 0, 20 }, "part 0: 0 2")]
    [InlineData(new long[] { 60_000, 100_000, 39_999, 1, 5 }, "own: 1; part 0: 0 2 3; part 1: 4")]
    [InlineData(new long[] { 99_999, 99_999, 200_000 }, "part 0: 0 1; own: 2")]
    public void FilePlan_IsTheRule(long[] rows, string expected)
    {
        var text = string.Join("; ", LabelFilePlan.Plan(rows).Select(f => $"{(f.Part is { } p ? $"part {p}" : "own")}: {string.Join(' ', f.Videos)}"));
        Assert.Equal(expected, text);
    }
}

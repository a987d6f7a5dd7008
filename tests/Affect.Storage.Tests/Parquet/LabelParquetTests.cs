using Affect.Core.Labels;
using Affect.Storage.Parquet;
using Affect.Storage.Parquet.DuckDb;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Storage.Tests.Parquet;

public sealed class LabelParquetTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RoundTrip_KeepsEveryRow()
    {
        var (nulls, faces, failed) = (0, 0, 0);
        var cases = Gen.Choose(0, int.MaxValue).SelectMany(seed => Gen.Choose(0, 120).SelectMany(frames => ArbMap.Default.GeneratorFor<NonNull<string>>().Select(video => (seed, frames, video.Get))));
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            // Text is stored as UTF-8, which has no half surrogate pairs.
            var video = new string([.. c.Get.Where(x => !char.IsSurrogate(x))]);
            var rows = TestRows.Make(c.seed, c.frames, video, appearance: true);
            var path = _folder.File("property.parquet");
            Assert.Equal(rows.Count, Sync(() => LabelParquet.WriteAsync(rows, TestRows.Chunk, path, Token)));
            TestRows.AssertEqual(rows, [.. LabelParquet.Read(path, Token)]);
            nulls += rows.Count(r => float.IsNaN(r.Valence) && r.Status == FrameStatus.Face);
            faces += rows.Count(r => r.Status == FrameStatus.Face);
            failed += rows.Count(r => r.Status == FrameStatus.Failed);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
        Assert.True(nulls > 20 && faces > 500 && failed > 20, $"nulls {nulls}, faces {faces}, failed {failed}");
    }

    [Fact]
    public async Task RoundTrip_HundredThousandFrames_SeveralRowGroups()
    {
        var rows = TestRows.Make(5, 60_000, "long video", appearance: false);
        Assert.True(rows.Count > 2 * LabelParquet.RowGroupRows);
        await LabelParquet.WriteAsync(rows, TestRows.Labels, _folder.File("a"), Token);
        TestRows.AssertEqual(rows, [.. LabelParquet.Read(_folder.File("a"), Token)]);
    }

    [Fact]
    public async Task Empty_FileHasColumnsAndMetadata()
    {
        await LabelParquet.WriteAsync([], TestRows.Labels, _folder.File("empty"), Token);
        Assert.Empty(LabelParquet.Read(_folder.File("empty"), Token));
        Assert.Equal(TestRows.Labels, LabelParquet.ReadMetadata(_folder.File("empty")));
    }

    /// <summary>One that is cancelled, before its turn or in it, or that fails, leaves the thread to the others.</summary>
    [Fact]
    public async Task WriteInTurn_OneAfterTheOther_WhateverBecomesOfEach()
    {
        using var cancelled = new CancellationTokenSource();
        var rows = TestRows.Make(3, 300, "v", appearance: true);
        var inside = new TaskCompletionSource();
        using var goOn = new ManualResetEventSlim();
        var first = LabelParquet.WriteInTurnAsync(Held(rows), TestRows.Chunk, _folder.File("first"), cancelled.Token);
        await inside.Task;
        var waiting = Enumerable.Range(0, 20)
            .Select(i => LabelParquet.WriteInTurnAsync(i % 5 == 4 ? Enumerable.Reverse(rows) : rows, TestRows.Chunk, _folder.File($"{i}"), i % 5 == 3 ? cancelled.Token : Token)).ToList();
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        await cancelled.CancelAsync();
        goOn.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await LabelParquet.WriteAsync(rows, TestRows.Chunk, _folder.File("alone"), Token);
        for (var i = 0; i < waiting.Count; i++)
        {
            var error = await Record.ExceptionAsync(() => waiting[i]);
            Assert.Equal(i % 5 == 4, error is ArgumentException);
            Assert.Equal(i % 5 == 3, error is OperationCanceledException);
            Assert.Equal(error is null, File.Exists(_folder.File($"{i}")));
            if (error is null)
            {
                Assert.Equal(await File.ReadAllBytesAsync(_folder.File("alone"), Token), await File.ReadAllBytesAsync(_folder.File($"{i}"), Token));
            }
        }

        IEnumerable<LabelRow> Held(IEnumerable<LabelRow> all)
        {
            inside.SetResult();
            goOn.Wait(Token);
            foreach (var row in all)
            {
                yield return row;
            }
        }
    }

    [Fact]
    public async Task SameRows_SameBytes()
    {
        var rows = TestRows.Make(9, 30_000, "v", appearance: true);
        await LabelParquet.WriteAsync(rows, TestRows.Chunk, _folder.File("a"), Token);
        await LabelParquet.WriteAsync(rows, TestRows.Chunk, _folder.File("b"), Token);
        await using (var writer = new LabelParquetWriter(TestRows.Chunk, _folder.File("c")))
        {
            foreach (var batch in rows.Chunk(777))
            {
                await writer.AppendAsync(batch, Token);
            }

            Assert.Equal(rows.Count, await writer.CompleteAsync(Token));
        }

        var bytes = await File.ReadAllBytesAsync(_folder.File("a"), Token);
        foreach (var name in new[] { "b", "c" })
        {
            var other = await File.ReadAllBytesAsync(_folder.File(name), Token);
            Assert.True(bytes.AsSpan().SequenceEqual(other), name);
        }
    }

    [Fact]
    public async Task FinalLabels_LeaveTheThumbnailsOut()
    {
        var rows = TestRows.Make(3, 100, "v", appearance: true);
        await LabelParquet.WriteAsync(rows, TestRows.Labels, _folder.File("a"), Token);
        TestRows.AssertEqual([.. rows.Select(r => r with { Appearance = [] })], [.. LabelParquet.Read(_folder.File("a"), Token)]);
    }

    [Fact]
    public async Task Path_OfAnyCharacters_Works()
    {
        var rows = TestRows.Make(1, 20, "v", appearance: false);
        foreach (var name in new[] { "a'b.parquet", "sp ace[1]*?.parquet", "ü日\"{x}.parquet", "year=2024.parquet" })
        {
            await LabelParquet.WriteAsync(rows, TestRows.Labels, _folder.File(name), Token);
            TestRows.AssertEqual(rows, [.. LabelParquet.Read(_folder.File(name), Token)]);
        }

        Assert.Equal(4, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public async Task OutOfOrder_IsRefusedAndLeavesNoFile()
    {
        var rows = TestRows.Make(2, 50, "v", appearance: false);
        var other = TestRows.Make(2, 5, "w", appearance: false);
        foreach (var wrong in new IEnumerable<LabelRow>[] { rows.Append(rows[0]), rows.Concat(other).Concat(rows), [rows[0], rows[0]] })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => LabelParquet.WriteAsync(wrong, TestRows.Labels, _folder.File("a"), Token));
        }

        await Assert.ThrowsAsync<ArgumentException>(
            () => LabelParquet.WriteAsync([rows[0] with { Status = FrameStatus.Unknown }], TestRows.Labels, _folder.File("a"), Token));
        await Assert.ThrowsAsync<ArgumentException>(
            () => LabelParquet.WriteAsync([rows[0] with { TimeSeconds = double.NaN }], TestRows.Labels, _folder.File("a"), Token));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task FailingSource_ThrowsItsOwnErrorAndLeavesTheOldFile()
    {
        var rows = TestRows.Make(2, 5000, "v", appearance: false);
        await LabelParquet.WriteAsync(rows, TestRows.Labels, _folder.File("a"), Token);
        IEnumerable<LabelRow> Failing()
        {
            foreach (var row in rows)
            {
                yield return row.Frame < 4000 ? row : throw new TimeoutException("the source");
            }
        }

        var error = await Assert.ThrowsAsync<TimeoutException>(() => LabelParquet.WriteAsync(Failing(), TestRows.Labels, _folder.File("a"), Token));
        Assert.Equal("the source", error.Message);
        TestRows.AssertEqual(rows, [.. LabelParquet.Read(_folder.File("a"), Token)]);
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task MissingFolder_IsNamed()
    {
        var error = await Assert.ThrowsAsync<DuckDbException>(() => LabelParquet.WriteAsync([], TestRows.Labels, _folder.File("no/a"), Token));
        Assert.Contains(_folder.File("no/a"), error.Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => LabelParquet.ReadMetadata(_folder.File("no/a")));
    }

    [Fact]
    public async Task TryOut_MakesTheFolder_AndLeavesNothingInIt()
    {
        await LabelParquet.TryOutAsync(_folder.File("new"), Token);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.File("new")));

        await File.WriteAllTextAsync(_folder.File("taken"), "", Token);
        await Assert.ThrowsAnyAsync<IOException>(() => LabelParquet.TryOutAsync(_folder.File("taken"), Token));
    }

    [Fact]
    public async Task Damaged_IsInvalidDataWithTheName()
    {
        var rows = TestRows.Make(2, 500, "v", appearance: false);
        await LabelParquet.WriteAsync(rows, TestRows.Labels, _folder.File("a"), Token);
        var bytes = await File.ReadAllBytesAsync(_folder.File("a"), Token);
        await File.WriteAllBytesAsync(_folder.File("cut"), bytes[..^100], Token);
        await File.WriteAllBytesAsync(_folder.File("zero"), [], Token);
        var pages = bytes.ToArray();
        pages.AsSpan(1000, 2000).Fill(0x55);
        await File.WriteAllBytesAsync(_folder.File("pages"), pages, Token);
        foreach (var name in new[] { "cut", "zero", "pages" })
        {
            var error = Assert.Throws<InvalidDataException>(() => LabelParquet.Read(_folder.File(name), Token).Count());
            Assert.Contains(_folder.File(name), error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>A run of many short videos has many files: what is kept of each adds up.</summary>
    [Fact]
    public async Task Read_KeepsNothingOfTheFile()
    {
        await LabelParquet.WriteAsync(TestRows.Make(2, 5000, "v", appearance: true), TestRows.Labels, _folder.File("a"), Token);
        Assert.NotEmpty(LabelParquet.Read(_folder.File("a"), Token));
        using var memory = DuckDbRows.Query(DuckDbDatabase.Shared, "SELECT memory_usage_bytes FROM duckdb_memory() WHERE tag = 'EXTERNAL_FILE_CACHE'");
        Assert.True(memory.Next());
        Assert.Equal(0, memory.Column(0).Values<long>()[0]);
    }

    [Fact]
    public async Task OtherParquet_IsNoLabelFile()
    {
        DuckDbDatabase.Shared.Execute($"COPY (SELECT 1 AS video) TO '{_folder.File("other")}' (FORMAT parquet)", Token);
        var error = Assert.Throws<InvalidDataException>(() => LabelParquet.Read(_folder.File("other"), Token).Count());
        Assert.Contains("not a label file", error.Message, StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Cancelled_EndsTheWritingAndLeavesNothing()
    {
        using var cancel = new CancellationTokenSource();
        IEnumerable<LabelRow> Endless()
        {
            for (var i = 0; ; i++)
            {
                if (i == 10_000)
                {
                    cancel.Cancel();
                }

                yield return new LabelRow { Video = "v", Frame = i, Pts = i, TimeSeconds = i, Status = FrameStatus.NoFace, Chunk = "c", Model = "m" };
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LabelParquet.WriteAsync(Endless(), TestRows.Labels, _folder.File("a"), cancel.Token));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Many_AtOnce_DoNotMeet()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 24), new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = Token }, async (i, token) =>
        {
            var rows = TestRows.Make(i, 700, $"video {i}", appearance: true);
            await LabelParquet.WriteAsync(rows, TestRows.Chunk with { RunId = $"run-{i}" }, _folder.File($"{i}"), token);
            TestRows.AssertEqual(rows, [.. LabelParquet.Read(_folder.File($"{i}"), token)]);
            Assert.Equal($"run-{i}", LabelParquet.ReadMetadata(_folder.File($"{i}")).RunId);
        });
    }

    private static T Sync<T>(Func<Task<T>> task) => Task.Run(task).GetAwaiter().GetResult();
}

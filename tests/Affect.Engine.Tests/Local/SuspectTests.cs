using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Engine.Local;
using Affect.Engine.Progress;
using Affect.Engine.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;

namespace Affect.Engine.Tests.Local;

/// <summary>Chunks that an earlier process had in hand when it ended, in a run on this machine.</summary>
public sealed class SuspectTests
{
    private static readonly MadeVideo[] Videos = [.. Enumerable.Range(0, 5).Select(i => new MadeVideo($"{i}.mp4", StoredRun.ChunkFrames, StoredRun.SomeFace))];

    private static readonly ChunkId Suspect = new(2, 0);

    /// <summary>Two processes that were killed over the same chunk leave two records of it.</summary>
    [Fact]
    public async Task Suspect_IsDoneByAProcessOfItsOwn_Once()
    {
        var (tried, run) = await RunAsync(bench => async (chunk, cancellationToken) =>
        {
            await ChunkTrial.RunAsync(bench, chunk, TimeProvider.System, cancellationToken);
            return null;
        });
        using var _ = run.Stored;
        Assert.Equal([Suspect], tried);
        Assert.DoesNotContain(Suspect, run.Here);
        Assert.Equal((5, 0), (run.Result.Progress.Done, run.Result.Progress.FailedAttempts));
        await RunFiles.AssertCommittedOnceAsync(run.Stored);
    }

    [Fact]
    public async Task Suspect_WhoseProcessEndsByItself_WithNothingDone_IsLabelledHere()
    {
        var (tried, run) = await RunAsync(_ => (_, _) => Task.FromResult<ChunkFailure?>(null));
        using var _ = run.Stored;
        Assert.Equal([Suspect], tried);
        Assert.Contains(Suspect, run.Here);
        Assert.Equal(5, run.Result.Progress.Done);
    }

    [Fact]
    public async Task Suspect_ThatEndsEachOfItsProcesses_IsGivenUp_AndNeverLabelledHere()
    {
        var (tried, run) = await RunAsync(_ => (_, _) => Task.FromResult<ChunkFailure?>(new ChunkFailure(FailureKind.WorkerLost, "signal 11")));
        using var _ = run.Stored;
        Assert.Equal([Suspect, Suspect, Suspect], tried);
        Assert.DoesNotContain(Suspect, run.Here);
        Assert.Equal(Suspect, Assert.Single(run.Result.Quarantined).Chunk.Id);
        Assert.Equal(4, run.Result.Progress.Done);
    }

    private static async Task<(List<ChunkId> Tried, (StoredRun Stored, ExecutionResult Result, List<ChunkId> Here) Run)> RunAsync(
        Func<Engine.Working.RunBench, Func<ChunkSpec, CancellationToken, Task<ChunkFailure?>>> tryAlone)
    {
        var run = await StoredRun.CreateAsync(Videos);
        foreach (var process in new[] { 1, 2 })
        {
            await run.Store.WriteBegunAsync(new BegunRecord(BegunRecord.CurrentFormatVersion, Suspect, new AttemptId(process, AttemptId.NewEpoch()), "gone", process, DateTimeOffset.UnixEpoch), default);
        }

        List<ChunkId> tried = [], here = [];
        var bench = run.Bench(() => new Watched(new MadeProcessor(run.Videos), here)) with
        {
            RecordsBegun = true,
            TryAlone = (chunk, cancellationToken) =>
            {
                tried.Add(chunk.Id);
                return tryAlone(run.Bench())(chunk, cancellationToken);
            },
        };
        var (result, _) = await new RunExecutor(run.Store, run.Run, bench, new RunOptions { Workers = 1 }, new RunProgress(TimeProvider.System), TimeProvider.System, NullLoggerFactory.Instance)
            .ExecuteAsync(false, default);
        Assert.Empty(Directory.GetFiles(Path.Combine(run.Folder, run.Store.Layout.BegunPrefix)));
        return (tried, (run, result, here));
    }

    private sealed class Watched(IChunkProcessor inner, List<ChunkId> seen) : IChunkProcessor
    {
        public Task<ChunkOutcome> ProcessAsync(ChunkJob job, IChunkObserver observer, CancellationToken cancellationToken)
        {
            seen.Add(job.Chunk.Id);
            return inner.ProcessAsync(job, observer, cancellationToken);
        }

        public void Dispose() => inner.Dispose();
    }
}

using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Local;
using Affect.Engine.Runs;
using Affect.Engine.Working;

namespace Affect.Engine.Finalising;

/// <summary>What storage holds of a run now, finished or not.</summary>
/// <param name="Final">Statistics of the chunks that are done or given up, their markers; tracks where the labels are written.</param>
/// <param name="Execution">Where the ledger stands, rebuilt from storage.</param>
/// <param name="HasLabels">The final labels are there and were made of these markers.</param>
public sealed record RunState(FinalResult Final, ExecutionResult Execution, bool HasLabels)
{
    /// <summary>Nothing is left to do.</summary>
    public bool IsFinished => Execution.Progress.IsFinished && HasLabels;
}

/// <summary>Reads the state of a run from storage; writes nothing.</summary>
public sealed class RunInspector(RunStore store, RunDefinition run, IVideoLibrary videos, string scratchFolder, TimeProvider time)
{
    public async Task<RunState> ReadAsync(CancellationToken cancellationToken)
    {
        var (done, quarantined, progress) = await LedgerAsync(cancellationToken).ConfigureAwait(false);
        var lost = LostOf(quarantined);
        var state = FinalState.Of(run.Plan, done, lost);
        var written = await store.Objects.TryReadFinalStateAsync(store.Layout.Finalised, cancellationToken).ConfigureAwait(false);
        var hasLabels = written?.Fingerprint == state.Fingerprint;
        var rows = new RunRows(store, run, videos, scratchFolder);
        var statistics = await StatisticsFold.OfAsync(store, run, videos, done, lost, cancellationToken).ConfigureAwait(false);
        var final = new FinalResult(
            statistics, [.. done.Values], hasLabels ? written!.Tracks : [], hasLabels ? [.. rows.Files(done).Select(rows.NameOf)] : []);
        return new RunState(final, new ExecutionResult(progress, quarantined), hasLabels);
    }

    /// <summary>Where the ledger stands, without the statistics.</summary>
    public async Task<ExecutionResult> ReadExecutionAsync(CancellationToken cancellationToken)
    {
        var (_, quarantined, progress) = await LedgerAsync(cancellationToken).ConfigureAwait(false);
        return new ExecutionResult(progress, quarantined);
    }

    internal static Dictionary<ChunkId, string> LostOf(IReadOnlyList<QuarantinedChunk> quarantined) =>
        quarantined.ToDictionary(q => q.Chunk.Id, q => FailureReasons.Of(q.Failures[^1].Failure.Kind));

    private async Task<(SortedDictionary<ChunkId, DoneRecord> Done, IReadOnlyList<QuarantinedChunk> Quarantined, LedgerProgress Progress)> LedgerAsync(
        CancellationToken cancellationToken)
    {
        var planned = run.Plan.Select(c => c.Id).ToHashSet();
        var done = new SortedDictionary<ChunkId, DoneRecord>();
        await foreach (var record in store.DoneAsync(cancellationToken).ConfigureAwait(false))
        {
            done[record.Chunk] = planned.Contains(record.Chunk)
                ? record
                : throw new FormatException($"{store.Layout.Done(record.Chunk)} belongs to no chunk of the plan.");
        }

        var failures = new List<FailedAttempt>();
        await foreach (var record in store.FailedAsync(cancellationToken).ConfigureAwait(false))
        {
            failures.Add(record.ToFailedAttempt());
        }

        var ledger = new ChunkLedger(run.Plan, LedgerOptions.Default, time, AttemptId.NewEpoch(), [.. done.Values.Select(d => d.ToDoneChunk())], failures);
        return (done, ledger.Quarantined(), ledger.Progress);
    }
}

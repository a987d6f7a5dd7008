using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
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
        var reader = new MarkerReader(store, run);
        var (done, statistics) = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var execution = await LedgerAsync(done, cancellationToken).ConfigureAwait(false);
        var lost = LostOf(execution.Quarantined);
        var state = FinalState.Of(run.Plan, done, lost);
        var written = await store.Objects.TryReadFinalStateAsync(store.Layout.Finalised, cancellationToken).ConfigureAwait(false);
        var hasLabels = written?.Fingerprint == state.Fingerprint;
        var rows = new RunRows(store, run, videos, scratchFolder);
        await reader.AddLostAsync(statistics, videos, lost, cancellationToken).ConfigureAwait(false);
        var final = new FinalResult(statistics, done, hasLabels ? written!.Tracks : [], hasLabels ? [.. rows.Files(done).Select(rows.NameOf)] : []);
        return new RunState(final, execution, hasLabels);
    }

    /// <summary>Where the ledger stands, without the statistics.</summary>
    public async Task<ExecutionResult> ReadExecutionAsync(CancellationToken cancellationToken)
    {
        var (done, _) = await new MarkerReader(store, run).ReadAsync(cancellationToken).ConfigureAwait(false);
        return await LedgerAsync(done, cancellationToken).ConfigureAwait(false);
    }

    internal static Dictionary<ChunkId, string> LostOf(IReadOnlyList<QuarantinedChunk> quarantined) =>
        quarantined.ToDictionary(q => q.Chunk.Id, q => FailureReasons.Of(q.Failures[^1].Failure.Kind));

    private async Task<ExecutionResult> LedgerAsync(DoneMarkers done, CancellationToken cancellationToken)
    {
        var failures = await store.FailedAsync(cancellationToken).Select(record => record.ToFailedAttempt()).ToListAsync(cancellationToken).ConfigureAwait(false);
        var chunks = done.All.Select(marker => new DoneChunk(marker.Chunk, marker.Attempt, marker.Counts));
        var ledger = new ChunkLedger(run.Plan, LedgerOptions.Default, time, AttemptId.NewEpoch(), chunks, failures);
        return new ExecutionResult(ledger.Progress, ledger.Quarantined());
    }
}

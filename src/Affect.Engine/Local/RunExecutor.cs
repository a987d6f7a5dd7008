using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Leasing;
using Affect.Engine.Progress;
using Affect.Engine.Runs;
using Affect.Engine.Working;
using Microsoft.Extensions.Logging;

namespace Affect.Engine.Local;

/// <summary>What the labelling of a run came to.</summary>
/// <param name="Progress">Where the ledger stands.</param>
/// <param name="Quarantined">Chunks given up on, in plan order.</param>
public sealed record ExecutionResult(LedgerProgress Progress, IReadOnlyList<QuarantinedChunk> Quarantined);

/// <summary>
/// Labels the chunks of a run on this machine: rebuilds the ledger from storage, then lets one lane a worker pull from it until nothing is left.
/// </summary>
public sealed class RunExecutor(
    RunStore store,
    RunDefinition run,
    RunBench bench,
    RunOptions options,
    RunProgress progress,
    TimeProvider time,
    ILoggerFactory loggers)
{
    /// <summary>There is nobody else here who could do what this machine cannot: it tries all, and what fails has its reason.</summary>
    private readonly IReadOnlySet<string> _offers = run.Plan.Select(c => c.Requires).Distinct().SelectMany(RequirementTags.Split).ToHashSet(StringComparer.Ordinal);

    /// <returns>Where the ledger stands, and the chunks that were done before.</returns>
    /// <param name="retryFailed">Give quarantined chunks of earlier calls another round of attempts.</param>
    /// <param name="cancellationToken">Chunks in hand are given back; all that is committed stays.</param>
    public async Task<(ExecutionResult Result, int ChunksBefore)> ExecuteAsync(bool retryFailed, CancellationToken cancellationToken)
    {
        var ledger = await RebuildAsync(retryFailed, cancellationToken).ConfigureAwait(false);
        var before = ledger.Progress;
        var selected = run.Record.Totals.SelectedFrames;
        var framesBefore = before.Counts.Frames - before.Counts.Skipped;
        progress.Enter(RunPhase.Labelling, before.Chunks - before.Done - before.Quarantined, Math.Max(0, selected - framesBefore), framesBefore);
        if (!before.IsFinished)
        {
            var orphans = await OrphanedAttempts.FindAsync(store, cancellationToken).ConfigureAwait(false);
            orphans.ForEach(orphan => ledger.Suspect(orphan.Chunk));
            var lanes = Math.Min(options.Workers, before.Chunks - before.Done - before.Quarantined);
            await RunLanesAsync(lanes, new LocalLeaseClient(ledger, store, chunk => run.Videos[chunk.Video].Id, time), cancellationToken).ConfigureAwait(false);
            foreach (var orphan in orphans)
            {
                // What became of the chunk is on record now.
                await store.RemoveBegunAsync(orphan.Token(), cancellationToken).ConfigureAwait(false);
            }
        }

        return (new ExecutionResult(ledger.Progress, ledger.Quarantined()), before.Done);
    }

    private async Task<ChunkLedger> RebuildAsync(bool retryFailed, CancellationToken cancellationToken)
    {
        var done = new List<DoneChunk>();
        await foreach (var record in store.DoneAsync(cancellationToken).ConfigureAwait(false))
        {
            done.Add(record.ToDoneChunk());
        }

        var failures = new List<FailedAttempt>();
        await foreach (var record in store.FailedAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!retryFailed)
            {
                failures.Add(record.ToFailedAttempt());
            }
            else
            {
                // Kept for the record under another name: the ledger counts what lies under failed/.
                await store.RetireFailureAsync(record, cancellationToken).ConfigureAwait(false);
            }
        }

        return new ChunkLedger(run.Plan, LedgerOptions.Default, time, AttemptId.NewEpoch(), done, failures);
    }

    private async Task RunLanesAsync(int lanes, LocalLeaseClient client, CancellationToken cancellationToken)
    {
        // One lane's defect must end the others, not leave them labelling for hours before it is told.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tasks = Enumerable.Range(0, lanes).Select(i => Task.Run(
            async () =>
            {
                try
                {
                    await RunLaneAsync($"{Environment.MachineName}-{Environment.ProcessId}-{i}", client, stop.Token).ConfigureAwait(false);
                }
                catch
                {
                    await stop.CancelAsync().ConfigureAwait(false);
                    throw;
                }
            },
            CancellationToken.None)).ToList();
        try
        {
            await Task.WhenAll(tasks).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw tasks.Select(t => t.Exception?.InnerException).FirstOrDefault(e => e is not null) ?? new InvalidOperationException("A lane was cancelled by nobody.");
        }
    }

    private async Task RunLaneAsync(string name, LocalLeaseClient client, CancellationToken cancellationToken)
    {
        using var processor = bench.CreateProcessor();
        var worker = new ChunkWorker(
            new WorkerProfile(name, _offers), client, bench, processor, new WorkerOptions(), progress.AddLane(name), time, loggers.CreateLogger<ChunkWorker>());
        await worker.RunAsync(cancellationToken).ConfigureAwait(false);
    }
}

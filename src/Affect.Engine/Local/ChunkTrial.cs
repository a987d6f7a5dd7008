using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Engine.Leasing;
using Affect.Engine.Progress;
using Affect.Engine.Working;
using Microsoft.Extensions.Logging.Abstractions;

namespace Affect.Engine.Local;

/// <summary>Labels one chunk once and commits it, without a word to the run's ledger: it is done afterwards, or it is not. What <see cref="TryChunkAlone"/> does in its process.</summary>
public static class ChunkTrial
{
    /// <exception cref="IOException">Storage or the video's source does not answer.</exception>
    public static async Task RunAsync(RunBench bench, ChunkSpec chunk, TimeProvider time, CancellationToken cancellationToken)
    {
        var name = $"{Environment.MachineName}-{Environment.ProcessId}";
        var ledger = new ChunkLedger([chunk], LedgerOptions.Default with { MaxAttempts = 1 }, time, AttemptId.NewEpoch(), [], []);
        using var processor = bench.CreateProcessor();
        var worker = new ChunkWorker(
            new WorkerProfile(name, RequirementTags.Split(chunk.Requires).ToHashSet(StringComparer.Ordinal)), new PlainLeaseClient(ledger), bench, processor,
            new WorkerOptions(), new RunProgress(time).AddLane(name), time, NullLogger<ChunkWorker>.Instance);
        await worker.RunAsync(cancellationToken).ConfigureAwait(false);
    }
}

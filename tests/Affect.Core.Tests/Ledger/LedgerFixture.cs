using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;

namespace Affect.Core.Tests.Ledger;

/// <summary>Small plans and ledgers over them.</summary>
internal static class LedgerFixture
{
    public static readonly ChunkFailure Decode = new(FailureKind.Decode, "broken");

    public static readonly FrameCounts Ten = new(10, 6, 4, 0, 0, 7);

    /// <summary>Videos with this many chunks each, ten frames a chunk.</summary>
    public static ChunkSpec[] Plan(params int[] chunks) =>
        [.. chunks.SelectMany((count, video) => Enumerable.Range(0, count).Select(c => new ChunkSpec(
            new ChunkId(video, c), $"v{video}", 10 * c, 10, 10 * c, c + 1 < count ? 10 * (c + 1) : long.MaxValue)))];

    public static ChunkLedger NewLedger(IReadOnlyList<ChunkSpec> plan, TimeProvider time, LedgerOptions? options = null) =>
        new(plan, options ?? LedgerOptions.Default, time, AttemptId.NewEpoch(), [], []);

    public static WorkerProfile Worker(string name, params string[] offers) => new(name, offers.ToHashSet(StringComparer.Ordinal));

    /// <summary>One lease, which must be granted.</summary>
    public static Lease One(this ChunkLedger ledger, string worker) => Assert.Single(ledger.Lease(new WorkerProfile(worker), 1).Leases);

    public static LeaseStatus Status(this ChunkLedger ledger, string worker) => ledger.Lease(new WorkerProfile(worker), 1).Status;
}

using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Engine.Leasing;

namespace Affect.Engine.Tests.Leasing;

public sealed class SuspectLeaseClientTests
{
    private static readonly ChunkId First = new(0, 0);

    private static readonly ChunkId Second = new(0, 1);

    private static readonly ChunkSpec[] Plan = [new(First, "a.mp4", 0, 10, 0, 10), new(Second, "a.mp4", 10, 10, 10, long.MaxValue)];

    private static readonly WorkerProfile Worker = new("w", new HashSet<string>());

    /// <summary>Two processes that were killed over the same chunk leave two records of it.</summary>
    [Fact]
    public async Task ChunkThatSeveralProcessesDiedOver_IsTriedAloneOnce()
    {
        var tried = new List<ChunkId>();
        var client = Client([First, First], (chunk, _) =>
        {
            tried.Add(chunk);
            return Task.FromResult<ChunkFailure?>(null);
        });

        Assert.Equal([First, Second], [await LeasedAsync(client), await LeasedAsync(client)]);
        Assert.Equal([First], tried);
    }

    [Fact]
    public async Task ChunkThatEndsItsOwnProcess_HasFailed_AndAnotherIsLeased()
    {
        var client = Client([First], (_, _) => Task.FromResult<ChunkFailure?>(new ChunkFailure(FailureKind.WorkerLost, "signal 11")));

        Assert.Equal(Second, await LeasedAsync(client));
    }

    private static SuspectLeaseClient Client(ChunkId[] suspects, Func<ChunkId, CancellationToken, Task<ChunkFailure?>> tryAlone)
    {
        var ledger = new ChunkLedger(Plan, LedgerOptions.Default, TimeProvider.System, AttemptId.NewEpoch(), [], []);
        return new SuspectLeaseClient(new PlainLeaseClient(ledger), suspects, tryAlone, TimeSpan.FromMinutes(1), TimeProvider.System);
    }

    private static async Task<ChunkId> LeasedAsync(SuspectLeaseClient client) => Assert.Single((await client.LeaseAsync(Worker, 1, default)).Leases).Chunk.Id;
}

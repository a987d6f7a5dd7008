using Affect.Core.Ledger;
using Affect.Engine.Serving;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Engine.Tests.Serving;

public sealed class LazyLedgerSliceTests
{
    [Fact]
    public async Task Rebuild_GoesOn_WhenItsCallerGivesUp_AndIsTriedAgain_WhenItFails()
    {
        using var job = await PlannedJob.CreateAsync(3);
        var part = Assert.Single(await PlanParts.ScanAsync(job.Store, default));
        var storage = new TaskCompletionSource();
        var rebuilds = 0;
        var lazy = new LazyLedgerSlice(async token =>
        {
            rebuilds++;
            await storage.Task.WaitAsync(token);
            return await LedgerSlice.OpenAsync(job.Store, part, "", LedgerOptions.Default, TimeProvider.System, token);
        });
        Assert.Equal(0, rebuilds);
        using var impatient = new CancellationTokenSource();
        var call = lazy.StatusAsync([], impatient.Token);
        var other = lazy.StatusAsync([], default);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal((1, false), (rebuilds, other.IsCompleted));

        var broken = storage;
        storage = new TaskCompletionSource();
        broken.SetException(new IOException("away"));
        await Assert.ThrowsAsync<IOException>(() => other);
        var again = lazy.LeaseAsync(new WorkerProfile("w"), default);
        Assert.Equal(2, rebuilds);
        storage.SetResult();
        Assert.Equal(LeaseStatus.Granted, (await again).Reply.Status);
        Assert.Equal(3, (await lazy.StatusAsync([], default)).Progress.Chunks);
        Assert.Equal(2, rebuilds);
    }
}

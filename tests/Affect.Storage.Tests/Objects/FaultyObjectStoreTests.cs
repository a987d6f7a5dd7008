using System.Globalization;
using Affect.Storage.Objects;
using Affect.Storage.Testing;

namespace Affect.Storage.Tests.Objects;

/// <summary>The contract must hold for a caller who repeats, on a store that fails often, before and after the effect and in the
/// middle. AFFECT_SEED tries other faults.</summary>
public sealed class FaultyObjectStoreTests : ObjectStoreContract, IDisposable
{
    private static readonly FaultRates Often = new(ErrorBefore: 0.15, ErrorAfter: 0.15, ErrorInside: 0.15, MaxDelay: TimeSpan.FromMilliseconds(1));
    private readonly TestFolder _folder = new();
    private readonly int _seed =
        Environment.GetEnvironmentVariable("AFFECT_SEED") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 21352271;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Faults_Happen_BeforeAfterAndInside()
    {
        var real = new LocalObjectStore(_folder.Path);
        var store = new FaultyObjectStore(real, seed: 7, Often with { MaxDelay = TimeSpan.Zero }, TimeProvider.System);
        var (before, after) = (0, 0);
        for (var i = 0; i < 200; i++)
        {
            try
            {
                await store.PutAsync($"o/{i:D3}", Bytes("12345678"), Token);
            }
            catch (ObjectStoreException)
            {
                _ = await real.ExistsAsync($"o/{i:D3}", Token) ? after++ : before++;
            }
        }

        Assert.InRange(before, 10, 60);
        Assert.InRange(after, 10, 60);
        Assert.Equal(before + after, store.FaultCount);

        var inside = new FaultyObjectStore(real, seed: 7, new FaultRates(0, 0, 1, TimeSpan.Zero), TimeProvider.System);
        var name = (await ListAsync(real, "o/"))[0];
        await using var stream = await inside.OpenReadAsync(name, Token);
        var buffer = new byte[8];
        await stream.ReadExactlyAsync(buffer.AsMemory(0, 4), Token);
        await Assert.ThrowsAsync<ObjectStoreException>(async () => await stream.ReadExactlyAsync(buffer.AsMemory(0, 1), Token));
    }

    [Fact]
    public async Task Listing_OfAnyLength_BreaksOffAsOftenAsOneOfOne()
    {
        var real = new LocalObjectStore(_folder.Path);
        for (var i = 0; i < 100; i++)
        {
            await real.PutAsync($"o/{i:D3}", Bytes("x"), Token);
        }

        var store = new FaultyObjectStore(real, seed: 7, new FaultRates(0, 0, 0.5, TimeSpan.Zero), TimeProvider.System);
        var whole = 0;
        for (var i = 0; i < 100; i++)
        {
            var seen = 0;
            try
            {
                await foreach (var entry in store.ListAsync("o/", Token))
                {
                    seen++;
                }

                Assert.Equal(100, seen);
                whole++;
            }
            catch (ObjectStoreException)
            {
                Assert.Equal(50, seen);
            }
        }

        Assert.InRange(whole, 30, 70);
    }

    [Fact]
    public async Task SameSeed_SameFaults()
    {
        var runs = new List<string>();
        for (var run = 0; run < 2; run++)
        {
            var store = new FaultyObjectStore(new LocalObjectStore(_folder.File($"{run}")), seed: 42, Often with { MaxDelay = TimeSpan.Zero }, TimeProvider.System);
            var outcome = string.Empty;
            for (var i = 0; i < 100; i++)
            {
                try
                {
                    outcome += await store.CreateIfAbsentAsync($"x{i % 10}", Bytes("x"), Token) ? '1' : '0';
                }
                catch (ObjectStoreException)
                {
                    outcome += 'E';
                }
            }

            runs.Add(outcome);
        }

        Assert.Equal(runs[0], runs[1]);
        Assert.Contains('E', runs[0]);
    }

    protected override Task<IObjectStore> NewStoreAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"fault seed {_seed}");
        var local = new LocalObjectStore(_folder.File(Guid.NewGuid().ToString("N")));
        return Task.FromResult<IObjectStore>(new RetryingStore(new FaultyObjectStore(local, _seed, Often, TimeProvider.System)));
    }
}

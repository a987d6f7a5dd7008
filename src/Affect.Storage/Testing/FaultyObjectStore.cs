using System.Runtime.CompilerServices;
using Affect.Storage.Objects;

namespace Affect.Storage.Testing;

/// <summary>How often what goes wrong, each 0..1 a call.</summary>
/// <param name="ErrorBefore">The call fails and has had no effect.</param>
/// <param name="ErrorAfter">The call fails and has had its effect: a lost reply.</param>
/// <param name="ErrorInside">A listing or a reading breaks off in the middle.</param>
/// <param name="MaxDelay">Each call first waits a random time up to this.</param>
public sealed record FaultRates(double ErrorBefore, double ErrorAfter, double ErrorInside, TimeSpan MaxDelay)
{
    public static readonly FaultRates None = new(0, 0, 0, TimeSpan.Zero);
}

/// <summary>
/// A store that fails by a seeded plan: the same seed and the same sequence of calls give the same faults. Wraps a real store, for tests
/// of everything that
/// stands on one. Its errors are <see cref="ObjectStoreException"/>, as a real store's are after its own retries.
/// </summary>
public sealed class FaultyObjectStore(IObjectStore inner, int seed, FaultRates rates, TimeProvider time) : IObjectStore
{
    private readonly Random _random = new(seed);
    private int _faultCount;

    /// <summary>Faults so far: a test asserts that there were some.</summary>
    public int FaultCount => Volatile.Read(ref _faultCount);

    public string Location => inner.Location;

    public Task<bool> CreateIfAbsentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        CallAsync(() => inner.CreateIfAbsentAsync(name, content, cancellationToken), $"create {name}", cancellationToken);

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        CallAsync(
            async () =>
            {
                await inner.PutAsync(name, content, cancellationToken);
                return true;
            },
            $"put {name}",
            cancellationToken);

    public Task UploadFileAsync(string localPath, string name, CancellationToken cancellationToken) =>
        CallAsync(
            async () =>
            {
                await inner.UploadFileAsync(localPath, name, cancellationToken);
                return true;
            },
            $"upload {name}",
            cancellationToken);

    public async Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        var stream = await CallAsync(() => inner.OpenReadAsync(name, cancellationToken), $"open {name}", cancellationToken);
        if (!Draw(rates.ErrorInside))
        {
            return stream;
        }

        await using (stream)
        {
            return new BrokenStream(await HalfAsync(stream, cancellationToken), Fault($"reading {name} broke off"));
        }
    }

    public Task<int> ReadRangeAsync(string name, long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken) =>
        CallAsync(() => inner.ReadRangeAsync(name, offsetBytes, buffer, cancellationToken), $"read {name}", cancellationToken);

    public Task<ObjectProperties?> TryGetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(() => inner.TryGetPropertiesAsync(name, cancellationToken), $"look at {name}", cancellationToken);

    public async IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Drawn once a listing, however long: drawn for every entry, a long listing would never come through.
        var breaksOff = await CallAsync(() => Task.FromResult(Draw(rates.ErrorInside)), $"list {prefix}", cancellationToken);
        if (!breaksOff)
        {
            await foreach (var entry in inner.ListAsync(prefix, cancellationToken))
            {
                yield return entry;
            }

            yield break;
        }

        var entries = await inner.ListAsync(prefix, cancellationToken).ToListAsync(cancellationToken);
        foreach (var entry in entries.Take(entries.Count / 2))
        {
            yield return entry;
        }

        throw Fault($"listing {prefix} broke off");
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var folder in await CallAsync(async () => await inner.ListFoldersAsync(prefix, cancellationToken).ToListAsync(cancellationToken), $"list the folders of {prefix}", cancellationToken))
        {
            yield return folder;
        }
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        CallAsync(() => inner.DeleteAsync(name, cancellationToken), $"delete {name}", cancellationToken);

    private static async Task<byte[]> HalfAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray()[..(int)(content.Length / 2)];
    }

    private async Task<T> CallAsync<T>(Func<Task<T>> call, string what, CancellationToken cancellationToken)
    {
        if (rates.MaxDelay > TimeSpan.Zero)
        {
            await Task.Delay(rates.MaxDelay * NextDouble(), time, cancellationToken);
        }

        if (Draw(rates.ErrorBefore))
        {
            throw Fault($"{what}: no connection");
        }

        var result = await call();
        if (!Draw(rates.ErrorAfter))
        {
            return result;
        }

        (result as IDisposable)?.Dispose();
        throw Fault($"{what}: the reply was lost");
    }

    private ObjectStoreException Fault(string message)
    {
        Interlocked.Increment(ref _faultCount);
        return new ObjectStoreException($"{Location}: {message} (fault of seed {seed})");
    }

    private bool Draw(double rate) => NextDouble() < rate;

    private double NextDouble()
    {
        lock (_random)
        {
            return _random.NextDouble();
        }
    }
}

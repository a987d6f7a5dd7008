using System.Runtime.CompilerServices;
using Affect.Storage.Objects;

namespace Affect.Storage.Tests.Objects;

/// <summary>What a caller does about a store whose own retries were not enough: repeat, at most <see cref="Attempts"/> times, knowing that
/// a failed call may have had its effect.</summary>
internal sealed class RetryingStore(IObjectStore inner) : IObjectStore
{
    // The longest call (create, open, read) draws five faults of 0.15 and so fails with probability 0.56: fifty failures in a row have 1e-13.
    private const int Attempts = 50;

    public string Location => inner.Location;

    public async Task<bool> CreateIfAbsentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            return await inner.CreateIfAbsentAsync(name, content, cancellationToken);
        }
        catch (ObjectStoreException)
        {
            return await RepeatAsync(() => inner.CreateOrMatchAsync(name, content, cancellationToken));
        }
    }

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => RepeatAsync(async () =>
    {
        await inner.PutAsync(name, content, cancellationToken);
        return true;
    });

    public Task UploadFileAsync(string localPath, string name, CancellationToken cancellationToken) => RepeatAsync(async () =>
    {
        await inner.UploadFileAsync(localPath, name, cancellationToken);
        return true;
    });

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) => RepeatAsync<Stream>(async () =>
        new MemoryStream(await inner.ReadAllAsync(name, cancellationToken)));

    public Task<int> ReadRangeAsync(string name, long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken) =>
        RepeatAsync(() => inner.ReadRangeAsync(name, offsetBytes, buffer, cancellationToken));

    public Task<ObjectProperties?> TryGetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        RepeatAsync(() => inner.TryGetPropertiesAsync(name, cancellationToken));

    public async IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var entries = await RepeatAsync(async () =>
        {
            var list = new List<ObjectProperties>();
            await foreach (var entry in inner.ListAsync(prefix, cancellationToken))
            {
                list.Add(entry);
            }

            return list;
        });
        foreach (var entry in entries)
        {
            yield return entry;
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var folder in await RepeatAsync(async () => await inner.ListFoldersAsync(prefix, cancellationToken).ToListAsync(cancellationToken)))
        {
            yield return folder;
        }
    }

    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        // After a lost reply "there was none" can mean "removed by the call before", so what was there is asked first.
        var present = await RepeatAsync(() => inner.ExistsAsync(name, cancellationToken));
        await RepeatAsync(() => inner.DeleteAsync(name, cancellationToken));
        return present;
    }

    private static async Task<T> RepeatAsync<T>(Func<Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (ObjectStoreException) when (attempt < Attempts)
            {
            }
        }
    }
}

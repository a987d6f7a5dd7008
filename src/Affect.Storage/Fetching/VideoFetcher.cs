using System.Collections.Concurrent;
using Affect.Core.Corpora;
using Affect.Core.Failures;
using Affect.Storage.Objects;

namespace Affect.Storage.Fetching;

/// <summary>
/// Gives a local path for each video of a corpus: local ones as they are, <c>az://</c> ones through a bounded cache of local copies that
/// the processes of a
/// machine share. Thread-safe.
/// </summary>
public sealed class VideoFetcher
{
    private readonly VideoCache _cache;
    private readonly Func<string, IObjectStore> _openContainer;
    private readonly ConcurrentDictionary<string, IObjectStore> _containers = new(StringComparer.Ordinal);

    /// <param name="options">The cache.</param>
    /// <param name="azure">Credentials for <c>az://</c> entries; looked at when the first one comes.</param>
    /// <param name="time">The clock.</param>
    public VideoFetcher(VideoCacheOptions options, AzureBlobOptions azure, TimeProvider time)
        : this(options, container => ObjectStoreFactory.Open(AzureLocation.Scheme + container, azure), time)
    {
    }

    internal VideoFetcher(VideoCacheOptions options, Func<string, IObjectStore> openContainer, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBytes, 1);
        _cache = new VideoCache(options, time);
        _openContainer = openContainer;
    }

    /// <summary>
    /// The video as a local path, leased: dispose the lease when done. A missing, unreadable or replaced video, a store that does not
    /// answer and a cache without room are
    /// failures in the result; wrong credentials or locations are exceptions.
    /// </summary>
    public async Task<FetchResult> FetchAsync(CorpusEntry entry, CancellationToken cancellationToken)
    {
        if (!AzureLocation.IsAzure(entry.Location))
        {
            return Local(entry);
        }

        var location = AzureLocation.Parse(entry.Location);
        var store = _containers.GetOrAdd(location.Container, _openContainer);
        try
        {
            var source = await store.TryGetPropertiesAsync(location.Path, cancellationToken);
            return source is null
                ? FetchResult.Failed(FailureKind.Unreadable, $"{entry.Location} is not there.")
                : entry.SizeBytes >= 0 && entry.SizeBytes != source.SizeBytes
                    ? FetchResult.Failed(FailureKind.ContentChanged, $"{entry.Location} has {source.SizeBytes} bytes, the manifest says {entry.SizeBytes}.")
                    : FetchResult.Fetched(await _cache.LeaseAsync(store, source, cancellationToken));
        }
        catch (Exception e) when (e is ObjectNotFoundException or VideoChangedException)
        {
            return FetchResult.Failed(FailureKind.ContentChanged, e.Message);
        }
        catch (IOException e)
        {
            return FetchResult.Failed(FailureKind.Storage, e.Message);
        }
    }

    private static FetchResult Local(CorpusEntry entry)
    {
        if (entry.Kind == EntryKind.FaceFrames)
        {
            return Directory.Exists(entry.Location)
                ? FetchResult.Fetched(new VideoLease(entry.Location, heldLock: null))
                : FetchResult.Failed(FailureKind.Unreadable, $"The folder {entry.Location} is not there.");
        }

        try
        {
            using var file = File.OpenHandle(entry.Location, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var size = RandomAccess.GetLength(file);
            return entry.SizeBytes >= 0 && entry.SizeBytes != size
                ? FetchResult.Failed(FailureKind.ContentChanged, $"{entry.Location} has {size} bytes, the manifest says {entry.SizeBytes}.")
                : FetchResult.Fetched(new VideoLease(entry.Location, heldLock: null));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return FetchResult.Failed(FailureKind.Unreadable, $"{entry.Location} cannot be read: {e.Message}");
        }
    }
}

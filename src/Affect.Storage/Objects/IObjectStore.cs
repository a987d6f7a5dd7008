namespace Affect.Storage.Objects;

/// <summary>
/// Named byte objects in a folder or in Azure Blob Storage: the only truth of a run. Names are <see cref="ObjectNames">object names</see>
/// with '/'.
/// Guarantees, the same for every store and checked by one contract suite:
/// <list type="bullet">
/// <item>An object is readable under its name as a whole or not at all, whatever happens to the writer (exception, kill -9, power).</item>
/// <item><see cref="CreateIfAbsentAsync"/> is atomic: of any number of concurrent creators, in any processes, exactly one is told
/// true.</item>
/// <item>What a call that returned has written, replaced or deleted is seen by every later call, and survives kill -9 and loss of
/// power.</item>
/// </list>
/// A call that failed may have had its effect (a reply can be lost): repeat it. Everything but <see cref="CreateIfAbsentAsync"/> may
/// simply be repeated; for
/// that one see <see cref="ObjectStoreExtensions.CreateOrMatchAsync"/>. Thread-safe. Stores retry transient errors themselves, within a
/// bound: callers do not.
/// </summary>
public interface IObjectStore
{
    /// <summary>Where the store is: an absolute folder path or <c>az://container/prefix</c>. Holds no secret.</summary>
    string Location { get; }

    /// <summary>Writes an object unless one of that name exists; says whether it did.</summary>
    Task<bool> CreateIfAbsentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Writes an object, replacing any of that name. A reader sees the old one or the new one.</summary>
    Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Writes an object of any size from a local file, replacing any of that name. The file stays.</summary>
    Task UploadFileAsync(string localPath, string name, CancellationToken cancellationToken);

    /// <summary>Opens an object for reading from its start to its end. A replacement meanwhile is not seen, or ends the reading with an
    /// error.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Reads from an offset on and fills the buffer, but where the object ends before; returns the bytes read.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    Task<int> ReadRangeAsync(string name, long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Size and version of an object, or null where there is none.</summary>
    Task<ObjectProperties?> TryGetPropertiesAsync(string name, CancellationToken cancellationToken);

    /// <summary>
    /// The objects whose names start with <paramref name="prefix"/> (any text, not only whole folders; empty: all), in ordinal order of
    /// their names, as they
    /// are found. Objects written or deleted meanwhile may be missed or seen; all others are seen once.
    /// </summary>
    IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>
    /// What comes next, up to a '/', in the names that start with <paramref name="prefix"/> (empty, or with '/' at its end), without that '/', in the order of <see cref="ListAsync"/>:
    /// <c>a</c> for <c>runs/a/x</c> and <c>runs/a/y/z</c> below <c>runs/</c>. Costs the same however many objects lie deeper. A folder whose last object was removed may still be there.
    /// </summary>
    IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes an object; says whether there was one.</summary>
    Task<bool> DeleteAsync(string name, CancellationToken cancellationToken);
}

/// <summary>What a store knows of an object without reading it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Version">Changes whenever the object is replaced (Azure's ETag; time of change and size of a local file).</param>
public sealed record ObjectProperties(string Name, long SizeBytes, string Version);

/// <summary>No object of that name.</summary>
public sealed class ObjectNotFoundException : IOException
{
    public ObjectNotFoundException(string location, string name, Exception? inner = null)
        : base($"{location} holds no object '{name}'.", inner) => Name = name;

    /// <summary>The name asked for.</summary>
    public string Name { get; }
}

/// <summary>The store could not be reached, refused, or failed after its retries. The message holds no secret.</summary>
public sealed class ObjectStoreException : IOException
{
    public ObjectStoreException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

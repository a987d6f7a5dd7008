namespace Affect.Storage.Objects;

/// <summary>What callers of every store need on top of <see cref="IObjectStore"/>.</summary>
public static class ObjectStoreExtensions
{
    /// <summary>The whole content of an object that is known to be small.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    public static async Task<byte[]> ReadAllAsync(this IObjectStore store, string name, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(name, cancellationToken);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }

    /// <summary>The whole content of an object that is known to be small, or null where there is none.</summary>
    public static async Task<byte[]?> TryReadAllAsync(this IObjectStore store, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAllAsync(name, cancellationToken);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether there is an object of that name.</summary>
    public static async Task<bool> ExistsAsync(this IObjectStore store, string name, CancellationToken cancellationToken) =>
        await store.TryGetPropertiesAsync(name, cancellationToken) is not null;

    /// <summary>
    /// Creates an object, or finds the same one there: true if, in the end, the object of that name has this content. For content that
    /// names its writer (an
    /// attempt's number) true therefore means "mine won", even when an earlier reply was lost; so this may be repeated.
    /// </summary>
    public static async Task<bool> CreateOrMatchAsync(
        this IObjectStore store, string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (await store.CreateIfAbsentAsync(name, content, cancellationToken))
        {
            return true;
        }

        var present = await store.TryReadAllAsync(name, cancellationToken);
        return present is not null && content.Span.SequenceEqual(present);
    }

    /// <summary>Copies an object into a local file, which appears under its name when it is complete.</summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    public static async Task DownloadFileAsync(this IObjectStore store, string name, string localPath, CancellationToken cancellationToken)
    {
        var temporary = $"{localPath}.{Guid.NewGuid():N}.part";
        try
        {
            await using (var source = await store.OpenReadAsync(name, cancellationToken))
            await using (var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
            {
                await FileSizeLimit.GuardAsync(temporary, () => source.CopyToAsync(target, cancellationToken));
            }

            File.Move(temporary, localPath, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>
    /// Writes an object of any size as it is made, replacing any of that name: by way of a file in <paramref name="scratchFolder"/>, so its name holds the old one or
    /// the whole new one.
    /// </summary>
    public static async Task PutAsync(
        this IObjectStore store, string name, string scratchFolder, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(scratchFolder, $"{Guid.NewGuid():N}{Path.GetExtension(name)}");
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
            {
                await FileSizeLimit.GuardAsync(temporary, () => write(file));
            }

            await store.UploadFileAsync(temporary, name, cancellationToken);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>
    /// A local file with an object's content, for readers that want a path: the object itself where the store is a folder, else a copy in
    /// <paramref name="scratchFolder"/> that disposing removes.
    /// </summary>
    /// <exception cref="ObjectNotFoundException">There is none.</exception>
    public static async Task<LocalCopy> OpenLocalAsync(
        this IObjectStore store, string name, string scratchFolder, CancellationToken cancellationToken)
    {
        if (store is LocalObjectStore local)
        {
            var path = local.PathOf(name);
            return File.Exists(path) ? new LocalCopy(path, isCopy: false) : throw new ObjectNotFoundException(store.Location, name);
        }

        Directory.CreateDirectory(scratchFolder);
        var copy = Path.Combine(scratchFolder, $"{Guid.NewGuid():N}{Path.GetExtension(name)}");
        await store.DownloadFileAsync(name, copy, cancellationToken);
        return new LocalCopy(copy, isCopy: true);
    }
}

/// <summary>A local file that holds an object's content until disposed. Read-only: it can be the object itself.</summary>
public sealed class LocalCopy : IDisposable
{
    private readonly bool _isCopy;

    internal LocalCopy(string path, bool isCopy)
    {
        Path = path;
        _isCopy = isCopy;
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    public void Dispose()
    {
        if (_isCopy)
        {
            File.Delete(Path);
        }
    }
}

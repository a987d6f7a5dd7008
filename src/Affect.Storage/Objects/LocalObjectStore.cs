using System.Runtime.CompilerServices;

namespace Affect.Storage.Objects;

/// <summary>What of a write a local store waits for.</summary>
public enum LocalDurability
{
    /// <summary>Survives kill -9 of any process, not loss of power.</summary>
    Process = 1,

    /// <summary>Survives loss of power: the file and its folder are flushed to the disk before the call returns.</summary>
    Power = 2,
}

/// <summary>
/// Objects as files below a folder, whose paths are the names. An object is written under a temporary name (in
/// <see cref="TemporaryFolder"/> at the root, which
/// no listing shows), flushed, and given its name in one step: rename to replace, link to create if absent.
/// For processes of one machine, or a network file system with close-to-open consistency.
/// </summary>
public sealed class LocalObjectStore : IObjectStore
{
    /// <summary>Top-level folder of unfinished writes; not an object name.</summary>
    public const string TemporaryFolder = ".affect-tmp";

    /// <summary>Leftovers of killed writers are removed at this age.</summary>
    public static readonly TimeSpan TemporaryAge = TimeSpan.FromHours(24);

    private readonly string _temporary;
    private readonly LocalDurability _durability;
    private readonly Action<LocalWriteStep>? _onStep;
    private int _swept;

    /// <summary>Opens the store; the folder is made with the first object.</summary>
    public LocalObjectStore(string root, LocalDurability durability = LocalDurability.Power)
        : this(root, durability, onStep: null)
    {
    }

    /// <param name="root">The store's folder.</param>
    /// <param name="durability">What a write waits for.</param>
    /// <param name="onStep">Called after each step of a write: where tests end the writer.</param>
    internal LocalObjectStore(string root, LocalDurability durability, Action<LocalWriteStep>? onStep)
    {
        Location = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _temporary = Path.Combine(Location, TemporaryFolder);
        _durability = durability;
        _onStep = onStep;
    }

    public string Location { get; }

    /// <summary>Where the object of that name is or would be. To read only: writing there would break the store's guarantees.</summary>
    public string PathOf(string name)
    {
        ObjectNames.Validate(name);
        return name == TemporaryFolder || name.StartsWith(TemporaryFolder + "/", StringComparison.Ordinal)
            ? throw new ArgumentException($"'{TemporaryFolder}' is the store's own folder.", nameof(name))
            : Path.Combine(Location, name);
    }

    public async Task<bool> CreateIfAbsentAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        if (File.Exists(path))
        {
            return false;
        }

        var temporary = await WriteTemporaryAsync(content, cancellationToken);
        bool created;
        try
        {
            MakeFolder(Path.GetDirectoryName(path)!);
            created = LibC.NameIfFree(temporary, path);
        }
        catch (IOException)
        {
            File.Delete(temporary);
            throw;
        }

        _onStep?.Invoke(LocalWriteStep.Named);
        File.Delete(temporary);
        if (created)
        {
            SyncFolder(Path.GetDirectoryName(path)!);
        }

        return created;
    }

    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        Replace(await WriteTemporaryAsync(content, cancellationToken), path);
    }

    public async Task UploadFileAsync(string localPath, string name, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        var temporary = await WriteTemporaryAsync(
            async target =>
            {
                await using var source = new FileStream(localPath, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
                await source.CopyToAsync(target, cancellationToken);
            });
        Replace(temporary, path);
    }

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult<Stream>(new FileStream(
                PathOf(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan));
        }
        catch (Exception e) when (IsMissing(e, name))
        {
            throw new ObjectNotFoundException(Location, name, e);
        }
    }

    public async Task<int> ReadRangeAsync(string name, long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            using var file = File.OpenHandle(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var total = 0;
            while (total < buffer.Length)
            {
                var read = await RandomAccess.ReadAsync(file, buffer[total..], offsetBytes + total, cancellationToken);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }
        catch (Exception e) when (IsMissing(e, name))
        {
            throw new ObjectNotFoundException(Location, name, e);
        }
    }

    public Task<ObjectProperties?> TryGetPropertiesAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = new FileInfo(PathOf(name));
        return Task.FromResult(file.Exists ? Properties(name, file) : null);
    }

    public async IAsyncEnumerable<ObjectProperties> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A folder at a time, in the order that the whole names have: "a-b" < "a/b" < "a0", so a folder counts as its name and '/'.
        await Task.CompletedTask;
        foreach (var file in LocalListing.Walk(Location, prefix, TemporaryFolder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var info = new FileInfo(Path.Combine(Location, file));
            if (info.Exists)
            {
                yield return Properties(file, info);
            }
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var folder in LocalListing.Folders(Location, prefix, TemporaryFolder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return folder;
        }
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        if (!File.Exists(path))
        {
            return Task.FromResult(false);
        }

        File.Delete(path);
        SyncFolder(Path.GetDirectoryName(path)!);
        return Task.FromResult(true);
    }

    /// <summary>
    /// Removes what killed writers left behind longer than <see cref="TemporaryAge"/> ago; returns how many files. The first write through
    /// a store does it by itself.
    /// </summary>
    internal int SweepTemporary(DateTimeOffset now)
    {
        if (!Directory.Exists(_temporary))
        {
            return 0;
        }

        var swept = 0;
        foreach (var file in new DirectoryInfo(_temporary).EnumerateFiles())
        {
            if (now.UtcDateTime - file.LastWriteTimeUtc > TemporaryAge)
            {
                file.Delete();
                swept++;
            }
        }

        return swept;
    }

    // Nanoseconds and size: two writes within a clock tick that also keep the size are not told apart.
    private static ObjectProperties Properties(string name, FileInfo file) =>
        new(name, file.Length, $"{file.LastWriteTimeUtc.Ticks:x}-{file.Length:x}");

    private bool IsMissing(Exception e, string name) =>
        e is FileNotFoundException or DirectoryNotFoundException || (e is UnauthorizedAccessException && Directory.Exists(PathOf(name)));

    private Task<string> WriteTemporaryAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        WriteTemporaryAsync(async target => await target.WriteAsync(content, cancellationToken));

    private async Task<string> WriteTemporaryAsync(Func<FileStream, Task> write)
    {
        if (Interlocked.Exchange(ref _swept, 1) == 0)
        {
            SweepTemporary(TimeProvider.System.GetUtcNow());
        }

        MakeFolder(_temporary);
        var temporary = Path.Combine(_temporary, Guid.NewGuid().ToString("N"));
        try
        {
            await using var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1);
            _onStep?.Invoke(LocalWriteStep.Opened);
            await FileSizeLimit.GuardAsync(temporary, () => write(target));
            _onStep?.Invoke(LocalWriteStep.Written);
            if (_durability == LocalDurability.Power)
            {
                target.Flush(flushToDisk: true);
            }

            _onStep?.Invoke(LocalWriteStep.Flushed);
            return temporary;
        }
        catch (Exception e) when (e is not LocalWriterKilledException)
        {
            File.Delete(temporary);
            throw;
        }
    }

    private void Replace(string temporary, string path)
    {
        try
        {
            MakeFolder(Path.GetDirectoryName(path)!);
            File.Move(temporary, path, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(temporary);
            throw;
        }

        _onStep?.Invoke(LocalWriteStep.Named);
        SyncFolder(Path.GetDirectoryName(path)!);
    }

    private void SyncFolder(string folder)
    {
        if (_durability == LocalDurability.Power)
        {
            LibC.SyncFolder(folder);
        }
    }

    // A folder that is new must be durable in its parent as well, up to the first that was there.
    private void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder);
        if (parent is not null)
        {
            MakeFolder(parent);
        }

        Directory.CreateDirectory(folder);
        if (parent is not null)
        {
            SyncFolder(parent);
        }
    }
}

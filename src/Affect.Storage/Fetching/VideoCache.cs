using System.Security.Cryptography;
using System.Text;
using Affect.Storage.Objects;

namespace Affect.Storage.Fetching;

/// <summary>
/// Local copies of remote videos, bounded in bytes, shared by processes. Each copy is <c>KEY.ext</c> beside <c>KEY.lock</c>; locks are the
/// kernel's (flock), so they end with their
/// process. A shared lock on <c>KEY.lock</c> is a lease: the copy stays. An exclusive one belongs to whoever downloads or removes the
/// copy. Every lock is taken while holding
/// <c>cache.lock</c>, for an instant; releasing needs nothing. A download goes to <c>KEY.part</c>, made at its full length at once, so
/// that room is counted before it is used; it is renamed under <c>cache.lock</c> too, so that who counts sees it under one of its names.
/// The time of change of <c>KEY.lock</c> is that of the last lease.
/// </summary>
internal sealed class VideoCache(VideoCacheOptions options, TimeProvider time)
{
    private const string LockEnding = ".lock";
    private const string PartEnding = ".part";
    private static readonly TimeSpan GlobalPoll = TimeSpan.FromMilliseconds(2);

    private string GlobalLock => Path.Combine(options.Folder, "cache" + LockEnding);

    /// <summary>
    /// A lease on the copy of one version of an object, downloaded first if it is not there.
    /// </summary>
    /// <param name="store">Where the object is.</param>
    /// <param name="source">Its name, size and version.</param>
    /// <param name="cancellationToken">Ends the waiting or the download.</param>
    /// <exception cref="VideoCacheFullException">It does not fit.</exception>
    public async Task<VideoLease> LeaseAsync(IObjectStore store, ObjectProperties source, CancellationToken cancellationToken)
    {
        if (source.SizeBytes > options.MaxBytes)
        {
            throw new VideoCacheFullException(
                $"{source.Name} has {source.SizeBytes} bytes, the cache in {options.Folder} may hold {options.MaxBytes}. Raise its limit.");
        }

        Directory.CreateDirectory(options.Folder);
        var key = Key(store, source);
        var file = Path.Combine(options.Folder, key + SafeExtension(source.Name));
        var lockFile = LockOf(key);
        var began = time.GetTimestamp();
        while (true)
        {
            var claim = await ClaimAsync(file, lockFile, source.SizeBytes, cancellationToken);
            if (claim.Lease is not null)
            {
                return claim.Lease;
            }

            if (claim.Download is not null)
            {
                await DownloadAsync(store, source, file, claim.Download, cancellationToken);
                continue;
            }

            if (time.GetElapsedTime(began) > options.MaxWait)
            {
                throw new VideoCacheFullException(
                    $"No room for {source.Name} ({source.SizeBytes} bytes) in {options.Folder} within {options.MaxWait}: " +
                    $"of {options.MaxBytes} bytes all are in use. Raise the limit or use fewer workers.");
            }

            await Task.Delay(options.PollInterval, time, cancellationToken);
        }
    }

    // Either a lease, or the exclusive lock under which to download, or neither: wait.
    private async Task<(VideoLease? Lease, FileStream? Download)> ClaimAsync(
        string file, string lockFile, long sizeBytes, CancellationToken cancellationToken)
    {
        await using var global = await TakeGlobalAsync(cancellationToken);
        var shared = TryLock(lockFile, exclusive: false);
        if (shared is null)
        {
            return default;
        }

        if (new FileInfo(file) is { Exists: true } there && there.Length == sizeBytes)
        {
            File.SetLastWriteTimeUtc(lockFile, time.GetUtcNow().UtcDateTime);
            return (new VideoLease(file, shared), null);
        }

        await shared.DisposeAsync();
        var exclusive = TryLock(lockFile, exclusive: true);
        if (exclusive is null)
        {
            return default;
        }

        if (!MakeRoom(sizeBytes, exceptLock: lockFile))
        {
            await exclusive.DisposeAsync();
            return default;
        }

        await using var part = new FileStream(Part(lockFile), FileMode.Create, FileAccess.Write, FileShare.None, 1);
        await FileSizeLimit.GuardAsync(part.Name, () =>
        {
            part.SetLength(sizeBytes);
            return Task.CompletedTask;
        });
        return (null, exclusive);
    }

    private async Task DownloadAsync(
        IObjectStore store, ObjectProperties source, string file, FileStream exclusive, CancellationToken cancellationToken)
    {
        await using (exclusive)
        {
            var part = Part(exclusive.Name);
            try
            {
                await using (var from = await store.OpenReadAsync(source.Name, cancellationToken))
                await using (var to = new FileStream(part, FileMode.Open, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
                {
                    await from.CopyToAsync(to, 1 << 20, cancellationToken);
                    if (to.Position != source.SizeBytes || to.Length != source.SizeBytes)
                    {
                        throw new VideoChangedException(
                            $"{source.Name} had {source.SizeBytes} bytes, its download {to.Position}: it was replaced meanwhile.");
                    }
                }

                // The version is looked at again: between the first look and the download the blob may have been replaced by one of the
                // same size.
                var now = await store.TryGetPropertiesAsync(source.Name, cancellationToken);
                if (now != source)
                {
                    throw new VideoChangedException($"{source.Name} was replaced while it was downloaded.");
                }

                await using var global = await TakeGlobalAsync(cancellationToken);
                File.Move(part, file, overwrite: true);
            }
            finally
            {
                File.Delete(part);
            }
        }
    }

    /// <summary>Nobody adds, renames or removes a copy until the result is disposed of.</summary>
    internal async Task<FileStream> TakeGlobalAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryLock(GlobalLock, exclusive: true) is { } taken)
            {
                return taken;
            }

            await Task.Delay(GlobalPoll, time, cancellationToken);
        }
    }

    // Called under the global lock. Copies in use are locked and stay; so are downloads under way, whose parts count at their full length.
    private bool MakeRoom(long neededBytes, string exceptLock)
    {
        var copies = Copies();
        var free = options.MaxBytes - copies.Sum(f => f.SizeBytes);
        var own = Path.GetFileNameWithoutExtension(exceptLock);
        var byKey = copies.GroupBy(f => Path.GetFileNameWithoutExtension(f.Path));
        foreach (var group in byKey.OrderBy(g => File.GetLastWriteTimeUtc(LockOf(g.Key))))
        {
            if (free >= neededBytes)
            {
                break;
            }

            if (group.Key == own)
            {
                // A leftover of a killed download of the same video, or a copy of the wrong size: ours, as we hold the lock.
                free += Remove(group);
            }
            else if (TryLock(LockOf(group.Key), exclusive: true) is { } removable)
            {
                using (removable)
                {
                    free += Remove(group);
                    File.Delete(LockOf(group.Key));
                }
            }
        }

        return free >= neededBytes;
    }

    /// <summary>
    /// What takes up room, under the global lock. Only a download that failed removes its part without that lock: its room is free from then on.
    /// </summary>
    internal List<(string Path, long SizeBytes)> Copies()
    {
        var copies = new List<(string, long)>();
        foreach (var path in Directory.EnumerateFiles(options.Folder).Where(p => !p.EndsWith(LockEnding, StringComparison.Ordinal)))
        {
            try
            {
                copies.Add((path, new FileInfo(path).Length));
            }
            catch (FileNotFoundException)
            {
            }
        }

        return copies;
    }

    private static long Remove(IEnumerable<(string Path, long SizeBytes)> files)
    {
        var bytes = 0L;
        foreach (var file in files)
        {
            bytes += file.SizeBytes;
            File.Delete(file.Path);
        }

        return bytes;
    }

    private string LockOf(string key) => Path.Combine(options.Folder, key + LockEnding);

    private static string Part(string lockFile) => Path.ChangeExtension(lockFile, PartEnding);

    // FileShare.None is flock exclusive, FileShare.Read with read access flock shared; both without waiting.
    private static FileStream? TryLock(string path, bool exclusive)
    {
        try
        {
            return exclusive
                ? new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1)
                : new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read, 1);
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }
    }

    private static string Key(IObjectStore store, ObjectProperties source)
    {
        var text = $"{store.Location}\n{source.Name}\n{source.Version}\n{source.SizeBytes}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    // ffmpeg looks at the ending where the content leaves it in doubt.
    private static string SafeExtension(string name)
    {
        var extension = Path.GetExtension(name);
        return extension.Length is > 1 and <= 8 && extension.AsSpan(1).IndexOfAnyExcept(SafeCharacters) < 0 ? extension : ".video";
    }

    private static readonly System.Buffers.SearchValues<char> SafeCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}

/// <summary>A video does not fit into the cache.</summary>
internal sealed class VideoCacheFullException(string message) : IOException(message);

/// <summary>A remote video was replaced while it was being downloaded.</summary>
internal sealed class VideoChangedException(string message) : IOException(message);

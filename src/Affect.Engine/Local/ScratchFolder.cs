namespace Affect.Engine.Local;

/// <summary>
/// A folder for files on their way, made when first asked for and removed with the process. A process that was killed leaves its own behind, at whatever moment; the
/// next one removes it at once. Who owns or removes a folder holds the lock of a file in it, which is the first file to come and the last to go: a folder without
/// that file is empty.
/// </summary>
internal sealed class ScratchFolder(string parent) : IDisposable
{
    private const string NameStart = "affect-scratch-";
    private const string LockName = "owner.lock";

    /// <summary>A process that starts at the same moment can take a folder that is not locked yet for abandoned; more often in a row than this it is another fault.</summary>
    private const int Attempts = 10;

    private readonly Lock _gate = new();
    private FileStream? _owner;
    private DirectoryInfo? _folder;

    public string Path
    {
        get
        {
            lock (_gate)
            {
                for (var attempt = 1; _folder is null; attempt++)
                {
                    var folder = Directory.CreateDirectory(System.IO.Path.Combine(parent, NameStart + Guid.NewGuid().ToString("N")));
                    try
                    {
                        _owner = Lock(folder, FileMode.CreateNew);
                        // It may have been removed between the making of the file and its lock.
                        _folder = File.Exists(_owner.Name) ? folder : throw new IOException($"{_owner.Name} was removed by another process.");
                    }
                    catch (IOException) when (attempt < Attempts)
                    {
                        _owner?.Dispose();
                    }
                }

                return _folder.FullName;
            }
        }
    }

    /// <summary>Removes the folders of processes that are gone. Best effort: what cannot be removed stays.</summary>
    public void SweepAbandoned()
    {
        foreach (var folder in new DirectoryInfo(parent).EnumerateDirectories($"{NameStart}*"))
        {
            try
            {
                using var owner = TryLock(folder);
                if (owner is null)
                {
                    // Fails if its owner makes the file to lock right now.
                    folder.Delete();
                }
                else
                {
                    Remove(folder);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has an owner, is another user's, or another process is removing it right now.
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_folder is { } folder && Directory.Exists(folder.FullName))
            {
                Remove(folder);
            }

            _owner?.Dispose();
            (_owner, _folder) = (null, null);
        }
    }

    /// <exception cref="IOException">Another process has the lock, or the folder is gone.</exception>
    private static FileStream Lock(DirectoryInfo folder, FileMode mode) =>
        new(System.IO.Path.Combine(folder.FullName, LockName), mode, FileAccess.Write, FileShare.None);

    private static FileStream? TryLock(DirectoryInfo folder)
    {
        try
        {
            return Lock(folder, FileMode.Open);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>For who holds its lock.</summary>
    private static void Remove(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name == LockName))
        {
            if (entry is DirectoryInfo inner)
            {
                inner.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }

        folder.Delete();
    }
}

namespace Affect.Engine.Local;

/// <summary>
/// A folder for files on their way, made when first asked for and removed with the process. A process that was killed leaves its own behind; the next one removes it,
/// which is safe since a living owner holds a lock in its folder.
/// </summary>
internal sealed class ScratchFolder(string parent, TimeProvider time) : IDisposable
{
    private const string NameStart = "affect-scratch-";
    private const string LockName = "owner.lock";

    /// <summary>A folder younger than this may have an owner who has not locked it yet.</summary>
    private static readonly TimeSpan LockingTime = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private FileStream? _owned;
    private string? _path;

    public string Path
    {
        get
        {
            lock (_gate)
            {
                if (_path is null)
                {
                    var path = System.IO.Path.Combine(parent, $"{NameStart}{Guid.NewGuid():N}");
                    Directory.CreateDirectory(path);
                    _owned = new FileStream(System.IO.Path.Combine(path, LockName), FileMode.CreateNew, FileAccess.Write, FileShare.None);
                    _path = path;
                }

                return _path;
            }
        }
    }

    /// <summary>Removes the folders of processes that are gone. Best effort: what cannot be removed stays.</summary>
    public void SweepAbandoned()
    {
        foreach (var folder in new DirectoryInfo(parent).EnumerateDirectories($"{NameStart}*"))
        {
            if (folder.FullName != _path && IsAbandoned(folder))
            {
                try
                {
                    folder.Delete(recursive: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Another user's, or another process is removing it right now.
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _owned?.Dispose();
            if (_path is not null && Directory.Exists(_path))
            {
                Directory.Delete(_path, recursive: true);
            }

            (_owned, _path) = (null, null);
        }
    }

    private bool IsAbandoned(DirectoryInfo folder)
    {
        // Looked at first: between making the lock's file and locking it, an owner seems to be gone.
        if (time.GetUtcNow() - folder.CreationTimeUtc <= LockingTime)
        {
            return false;
        }

        try
        {
            using var owner = new FileStream(System.IO.Path.Combine(folder.FullName, LockName), FileMode.Open, FileAccess.Write, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

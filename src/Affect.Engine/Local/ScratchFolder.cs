namespace Affect.Engine.Local;

/// <summary>
/// A folder for files on their way, made when first asked for and removed with the process. A process that was killed leaves its own behind; the next one removes it,
/// which is safe since a living owner holds a lock in its folder.
/// </summary>
internal sealed class ScratchFolder(string parent, TimeProvider time) : IDisposable
{
    private const string NameStart = "affect-scratch-";
    private const string MakingStart = "affect-making-";
    private const string LockName = "owner.lock";

    /// <summary>A folder without a lock that is younger than this may have an owner who is about to lock it.</summary>
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
                    var name = Guid.NewGuid().ToString("N");
                    var (making, path) = (System.IO.Path.Combine(parent, MakingStart + name), System.IO.Path.Combine(parent, NameStart + name));
                    Directory.CreateDirectory(making);
                    // Named when it is locked: a process that starts at the same moment would take it for abandoned between the making of the file and its lock.
                    _owned = new FileStream(System.IO.Path.Combine(making, LockName), FileMode.CreateNew, FileAccess.Write, FileShare.None);
                    Directory.Move(making, path);
                    _path = path;
                }

                return _path;
            }
        }
    }

    /// <summary>Removes the folders of processes that are gone. Best effort: what cannot be removed stays.</summary>
    public void SweepAbandoned()
    {
        var all = new DirectoryInfo(parent);
        var unfinished = all.EnumerateDirectories($"{MakingStart}*").Where(folder => time.GetUtcNow() - folder.CreationTimeUtc > LockingTime);
        foreach (var folder in all.EnumerateDirectories($"{NameStart}*").Where(IsAbandoned).Concat(unfinished))
        {
            if (folder.FullName != _path)
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
        try
        {
            using var owner = new FileStream(System.IO.Path.Combine(folder.FullName, LockName), FileMode.Open, FileAccess.Write, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            return time.GetUtcNow() - folder.CreationTimeUtc > LockingTime;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

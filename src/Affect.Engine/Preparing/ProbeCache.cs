using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Affect.Engine.Preparing;

/// <summary>
/// Remembers the content identity of local files by path, size and time of change, so that a corpus that is submitted again is not read
/// again. A text file, appended to; losing it costs time only. Thread-safe; several processes may append to it.
/// </summary>
public sealed class ProbeCache
{
    private readonly string _file;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, string> _identities = new(StringComparer.Ordinal);

    /// <param name="folder">The cache folder; made when needed.</param>
    public ProbeCache(string folder)
    {
        _file = Path.Combine(folder, "content-identities.tsv");
        if (!File.Exists(_file))
        {
            return;
        }

        foreach (var line in File.ReadLines(_file))
        {
            // A line that a crash cut short has no identity, or one that is too short.
            if (line.Split('\t') is [var key, var identity] && identity.Length > 64)
            {
                _identities[key] = identity;
            }
        }
    }

    /// <summary>Default folder: <c>AFFECT_CACHE</c>, else <c>XDG_CACHE_HOME/affect</c>, else <c>~/.cache/affect</c>.</summary>
    public static string DefaultFolder()
    {
        if (Environment.GetEnvironmentVariable("AFFECT_CACHE") is { Length: > 0 } own)
        {
            return own;
        }

        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(cache, "affect");
    }

    /// <summary>The identity remembered for the file as it is now, or null.</summary>
    public string? Find(FileInfo file) => _identities.GetValueOrDefault(KeyOf(file));

    public void Remember(FileInfo file, string identity)
    {
        var key = KeyOf(file);
        if (!_identities.TryAdd(key, identity))
        {
            return;
        }

        lock (_gate)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            using var stream = new FileStream(_file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            stream.Write(Encoding.UTF8.GetBytes($"{key}\t{identity}\n"));
        }
    }

    private static string KeyOf(FileInfo file)
    {
        var path = file.FullName.Replace('\t', ' ').Replace('\n', ' ');
        return string.Create(CultureInfo.InvariantCulture, $"{path}|{file.Length}|{file.LastWriteTimeUtc.Ticks}");
    }
}

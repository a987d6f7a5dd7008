namespace Affect.Storage.Objects;

/// <summary>Walks a folder in ordinal order of the paths relative to it, with '/'; holds one folder's names at each level.</summary>
internal static class LocalListing
{
    public static IEnumerable<string> Walk(string root, string prefix, string hiddenTopFolder)
    {
        // Start at the deepest folder that the prefix names as a whole.
        var slash = prefix.LastIndexOf('/');
        var start = slash < 0 ? string.Empty : prefix[..(slash + 1)];
        return IsInside(start) ? WalkFolder(root, start, prefix, hiddenTopFolder) : [];
    }

    private static bool IsInside(string start) => start.Length == 0 || !start.TrimEnd('/').Split('/').Any(s => s is "" or "." or "..");

    private static IEnumerable<string> WalkFolder(string root, string folder, string prefix, string hidden)
    {
        var info = new DirectoryInfo(Path.Combine(root, folder));
        if (!info.Exists)
        {
            yield break;
        }

        var entries = new List<(string Key, bool IsFolder)>();
        foreach (var entry in info.EnumerateFileSystemInfos())
        {
            var isFolder = entry is DirectoryInfo;
            if (folder.Length > 0 || entry.Name != hidden)
            {
                entries.Add((isFolder ? entry.Name + "/" : entry.Name, isFolder));
            }
        }

        entries.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        foreach (var (key, isFolder) in entries)
        {
            var name = folder + key;
            if (!isFolder)
            {
                if (name.StartsWith(prefix, StringComparison.Ordinal))
                {
                    yield return name;
                }
            }
            else if (name.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(name, StringComparison.Ordinal))
            {
                foreach (var inner in WalkFolder(root, name, prefix, hidden))
                {
                    yield return inner;
                }
            }
        }
    }
}

using System.IO.Enumeration;

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

    /// <summary>Names of the folders in one.</summary>
    public static IEnumerable<string> Folders(string root, string prefix, string hiddenTopFolder)
    {
        var path = Path.Combine(root, prefix);
        return IsInside(prefix) && Directory.Exists(path)
            ? new DirectoryInfo(path).EnumerateDirectories().Select(folder => folder.Name).Where(name => prefix.Length > 0 || name != hiddenTopFolder)
                .OrderBy(name => name + "/", StringComparer.Ordinal)
            : [];
    }

    private static bool IsInside(string start) => start.Length == 0 || !start.TrimEnd('/').Split('/').Any(s => s is "" or "." or "..");

    private static IEnumerable<string> WalkFolder(string root, string folder, string prefix, string hidden)
    {
        var path = Path.Combine(root, folder);
        if (!Directory.Exists(path))
        {
            yield break;
        }

        // Names are compared as they are read: of a folder with a million markers, a ledger partition wants a few thousand.
        var rest = prefix.Length > folder.Length ? prefix[folder.Length..] : string.Empty;
        var inside = new FileSystemEnumerable<(string Key, bool IsFolder)>(
            path, (ref FileSystemEntry entry) => (entry.IsDirectory ? entry.FileName.ToString() + "/" : entry.FileName.ToString(), entry.IsDirectory),
            new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => entry.FileName.StartsWith(rest, StringComparison.Ordinal) || (entry.IsDirectory && rest.StartsWith(entry.FileName)),
        };
        var entries = inside.Where(entry => folder.Length > 0 || entry.Key.TrimEnd('/') != hidden).ToList();
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

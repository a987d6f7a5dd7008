namespace Affect.Core.Corpora;

/// <summary>
/// Locations and ids as text. A location is a local path or a URI (<c>az://container/blob</c>); '/' separates, whatever the system.
/// </summary>
public static class CorpusPaths
{
    private const string SchemeMark = "://";

    /// <summary>Whether this is a URI or an absolute path of Unix or Windows.</summary>
    public static bool IsAbsolute(string location) =>
        location.StartsWith('/') || location.Contains(SchemeMark, StringComparison.Ordinal) ||
        (location.Length > 2 && char.IsAsciiLetter(location[0]) && location[1] == ':' && location[2] is '/' or '\\');

    /// <summary>
    /// The location that a manifest in this folder means: absolute ones stay, relative ones count from the folder, <c>.</c> and <c>..</c> taken out.
    /// Null when <c>..</c> leads out of the root.
    /// </summary>
    public static string? Resolve(string folder, string location)
    {
        if (IsAbsolute(location))
        {
            return location;
        }

        var rootLength = RootLength(folder);
        List<string> parts = [];
        foreach (var part in $"{folder[rootLength..]}/{location}".Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                {
                    return null;
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return folder[..rootLength] + string.Join('/', parts);
    }

    /// <summary>
    /// The id of a video whose manifest names none: its path relative to the corpus folder, extension included (a file added beside it never changes its id). For a
    /// location outside the folder: the location without scheme and leading '/'; name ids in the manifest where such a corpus moves between machines.
    /// </summary>
    public static string DefaultId(string folder, string location)
    {
        var prefix = folder.EndsWith('/') ? folder : folder + "/";
        if (location.Length > prefix.Length && location.StartsWith(prefix, StringComparison.Ordinal))
        {
            return location[prefix.Length..];
        }

        var scheme = location.IndexOf(SchemeMark, StringComparison.Ordinal);
        return (scheme < 0 ? location : location[(scheme + SchemeMark.Length)..]).TrimStart('/');
    }

    /// <summary>Length of what cannot be gone up from: <c>az://container/</c>, <c>C:/</c>, <c>/</c>.</summary>
    private static int RootLength(string folder)
    {
        var scheme = folder.IndexOf(SchemeMark, StringComparison.Ordinal);
        if (scheme >= 0)
        {
            var slash = folder.IndexOf('/', scheme + SchemeMark.Length);
            return slash < 0 ? folder.Length : slash + 1;
        }

        return folder.StartsWith('/') ? 1 : folder.Length > 2 && folder[1] == ':' && folder[2] is '/' or '\\' ? 3 : 0;
    }
}

using Affect.Core.Corpora;
using Affect.Storage.Fetching;

namespace Affect.Engine.Corpora;

/// <summary>What a folder holds.</summary>
/// <param name="Found">Videos and folders of face frames in ordinal order of their relative paths; content not yet identified.</param>
/// <param name="IgnoredByExtension">How many files were neither, by lower-case extension (empty for none).</param>
/// <param name="Unreadable">Folders that could not be listed, with the system's words.</param>
public sealed record FolderListing(
    IReadOnlyList<FoundVideo> Found,
    IReadOnlyDictionary<string, int> IgnoredByExtension,
    IReadOnlyList<(string Path, string Reason)> Unreadable);

/// <summary>A candidate found by a scan.</summary>
/// <param name="RelativePath">Path below the corpus root with '/' between its parts.</param>
/// <param name="FullPath">Local path.</param>
/// <param name="Kind">Video file or folder of face frames.</param>
public sealed record FoundVideo(string RelativePath, string FullPath, EntryKind Kind);

/// <summary>
/// Lists a corpus folder recursively. A folder whose pictures are all named by number is one video of face frames; symbolic links to
/// files are followed, links to folders are not (they could form a circle).
/// </summary>
public static class FolderScanner
{
    public static FolderListing Scan(string root, CancellationToken cancellationToken)
    {
        var found = new List<FoundVideo>();
        var ignored = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var unreadable = new List<(string, string)>();
        var pending = new Stack<string>();
        pending.Push(Path.GetFullPath(root));
        while (pending.TryPop(out var folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            FileSystemInfo[] children;
            try
            {
                children = new DirectoryInfo(folder).GetFileSystemInfos();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                unreadable.Add((folder, e.Message));
                continue;
            }

            var numbered = 0;
            foreach (var child in children)
            {
                if (child.Name.StartsWith('.'))
                {
                    continue;
                }

                if (child is DirectoryInfo)
                {
                    if (child.LinkTarget is null)
                    {
                        pending.Push(child.FullName);
                    }
                }
                else if (ObjectCorpus.VideoExtensions.Contains(child.Extension))
                {
                    found.Add(new FoundVideo(Relative(root, child.FullName), child.FullName, EntryKind.Video));
                }
                else if (IsNumberedPicture(child.Name))
                {
                    numbered++;
                }
                else
                {
                    var extension = child.Extension.ToLowerInvariant();
                    ignored[extension] = ignored.GetValueOrDefault(extension) + 1;
                }
            }

            if (numbered > 0)
            {
                found.Add(new FoundVideo(Relative(root, folder), folder, EntryKind.FaceFrames));
            }
        }

        found.Sort((a, b) => string.CompareOrdinal(a.RelativePath, b.RelativePath));
        return new FolderListing(found, ignored, unreadable);
    }

    /// <summary>A picture named by its frame number, as in the ABAW distributions: <c>00001.jpg</c>.</summary>
    private static bool IsNumberedPicture(string name)
    {
        var stem = Path.GetFileNameWithoutExtension(name);
        return Path.GetExtension(name).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png" && stem.Length is > 0 and <= 9 && stem.All(char.IsAsciiDigit);
    }

    private static string Relative(string root, string path)
    {
        var relative = Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');
        return relative == "." ? new DirectoryInfo(path).Name : relative;
    }
}

using Affect.Core.Corpora;
using Affect.Storage.Fetching;
using Affect.Storage.Objects;

namespace Affect.Engine.Corpora;

/// <summary>A corpus as it was found, not yet probed.</summary>
/// <param name="Location">As the user named it.</param>
/// <param name="Entries">Ids unique.</param>
/// <param name="Notes">What the user should know: bad lines, ignored files and columns, folders that could not be read.</param>
public sealed record CorpusListing(string Location, IReadOnlyList<CorpusEntry> Entries, IReadOnlyList<string> Notes);

/// <summary>The corpus does not exist or is of no known kind.</summary>
public sealed class CorpusException(string message) : Exception(message);

/// <summary>Reads a corpus: a folder, one video, a manifest (<c>.jsonl</c>, <c>.csv</c>) or <c>az://container/prefix</c>.</summary>
public static class CorpusReader
{
    /// <exception cref="CorpusException">There is nothing at the location, or it holds no video.</exception>
    public static async Task<CorpusListing> ReadAsync(string location, AzureBlobOptions azure, CancellationToken cancellationToken)
    {
        var listing = AzureLocation.IsAzure(location)
            ? await ReadBlobsAsync(location, azure, cancellationToken).ConfigureAwait(false)
            : Directory.Exists(location) ? ReadFolder(location, cancellationToken)
            : !File.Exists(location) ? throw new CorpusException($"{location}: there is no such folder, video or manifest.")
            : Path.GetExtension(location).ToLowerInvariant() is ".jsonl" or ".csv"
                ? await ReadManifestAsync(location, azure, cancellationToken).ConfigureAwait(false)
                : new CorpusListing(location, [Entry(Path.GetFileName(location), Path.GetFullPath(location), EntryKind.Video)], []);
        return listing.Entries.Count > 0
            ? listing
            : throw new CorpusException($"{location}: there is no video in it.{string.Concat(listing.Notes.Select(n => $"\n  {n}"))}");
    }

    private static CorpusListing ReadFolder(string folder, CancellationToken cancellationToken)
    {
        var found = FolderScanner.Scan(folder, cancellationToken);
        var notes = new List<string>();
        if (found.IgnoredByExtension.Count > 0)
        {
            notes.Add($"files that are no videos, left out: {string.Join(", ", found.IgnoredByExtension.Select(x => $"{(x.Key.Length == 0 ? "(no extension)" : x.Key)} {x.Value}"))}");
        }

        notes.AddRange(found.Unreadable.Select(u => $"{u.Path} cannot be listed: {u.Reason}"));
        return new CorpusListing(folder, [.. found.Found.Select(f => Entry(f.RelativePath, f.FullPath, f.Kind))], notes);
    }

    private static async Task<CorpusListing> ReadManifestAsync(string path, AzureBlobOptions azure, CancellationToken cancellationToken)
    {
        var text = await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var content = path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? ManifestText.ReadCsv(text, folder) : ManifestText.ReadJsonLines(text, folder);
        var notes = content.Errors.Select(e => $"{path}: {e} (left out)").ToList();
        if (content.IgnoredColumns.Count > 0)
        {
            notes.Add($"{path}: columns without a meaning here: {string.Join(", ", content.IgnoredColumns)}");
        }

        CheckLocations(content.Entries, azure);
        return new CorpusListing(path, content.Entries, notes);
    }

    /// <summary>Locations in Azure that cannot be opened at all (no credentials, a name that no container has) concern the whole run, not one video.</summary>
    private static void CheckLocations(IReadOnlyList<CorpusEntry> entries, AzureBlobOptions azure)
    {
        try
        {
            foreach (var container in entries.Select(e => e.Location).Where(AzureLocation.IsAzure).Select(l => AzureLocation.Parse(l).Container).Distinct(StringComparer.Ordinal))
            {
                ObjectStoreFactory.Open(AzureLocation.Scheme + container, azure);
            }
        }
        catch (ArgumentException e)
        {
            throw new CorpusException(e.Message);
        }
    }

    private static async Task<CorpusListing> ReadBlobsAsync(string location, AzureBlobOptions azure, CancellationToken cancellationToken)
    {
        var entries = new List<CorpusEntry>();
        try
        {
            await foreach (var entry in ObjectCorpus.ScanAsync(location, azure, cancellationToken).ConfigureAwait(false))
            {
                entries.Add(entry);
            }
        }
        catch (Exception e) when (e is ObjectStoreException or ArgumentException)
        {
            // No such container, no credentials, or no connection: in any case there is nothing to read.
            throw new CorpusException(e.Message);
        }

        return new CorpusListing(location, entries, []);
    }

    private static CorpusEntry Entry(string id, string path, EntryKind kind) => new(id, path, kind, string.Empty, -1);
}

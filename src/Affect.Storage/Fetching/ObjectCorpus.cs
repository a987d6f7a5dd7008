using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Affect.Core.Corpora;
using Affect.Storage.Objects;

namespace Affect.Storage.Fetching;

/// <summary>Lists the videos of a corpus in Azure Blob Storage: <c>az://container/prefix</c>.</summary>
public static class ObjectCorpus
{
    /// <summary>Endings of the files that are taken for videos, in lower case.</summary>
    public static readonly FrozenSet<string> VideoExtensions = new[]
    {
        ".3gp", ".asf", ".avi", ".divx", ".dv", ".f4v", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogv", ".qt", ".ts",
        ".vob", ".webm", ".wmv", ".y4m",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The blobs below the prefix whose names end as videos do, in ordinal order, as they are found. The id is the name below the prefix;
    /// content is not read,
    /// so <see cref="CorpusEntry.Content"/> is empty.
    /// </summary>
    /// <exception cref="ArgumentException">No Azure location, or no credentials.</exception>
    public static async IAsyncEnumerable<CorpusEntry> ScanAsync(
        string location, AzureBlobOptions azure, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var container = AzureLocation.Parse(location).Container;
        var store = ObjectStoreFactory.Open(location, azure);
        await foreach (var blob in store.ListAsync(string.Empty, cancellationToken))
        {
            if (VideoExtensions.Contains(Path.GetExtension(blob.Name)))
            {
                var prefix = AzureLocation.Parse(store.Location).Path;
                var name = prefix.Length == 0 ? blob.Name : $"{prefix}/{blob.Name}";
                yield return new CorpusEntry(blob.Name, new AzureLocation(container, name).ToString(), EntryKind.Video, string.Empty, blob.SizeBytes);
            }
        }
    }
}

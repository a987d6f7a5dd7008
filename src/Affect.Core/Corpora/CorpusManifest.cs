using System.Security.Cryptography;
using System.Text.Json;

namespace Affect.Core.Corpora;

/// <summary>
/// A corpus listed: its entries in order, each id once. Immutable and thread-safe. A video's number, in chunk ids and elsewhere, is its position here.
/// </summary>
public sealed class CorpusManifest
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <param name="entries">In the corpus' order; ids unique.</param>
    /// <exception cref="ArgumentException">Two entries have one id.</exception>
    public CorpusManifest(IReadOnlyList<CorpusEntry> entries)
    {
        Entries = [.. entries];
        for (var i = 0; i < Entries.Count; i++)
        {
            if (!_numbers.TryAdd(Entries[i].Id, i))
            {
                throw new ArgumentException($"Two videos have the id '{Entries[i].Id}': {Entries[_numbers[Entries[i].Id]].Location} and {Entries[i].Location}.", nameof(entries));
            }
        }

        Hash = HashOf(Entries);
        Duplicates =
        [
            .. Entries.Where(entry => entry.Content.Length > 0).GroupBy(entry => (entry.Kind, entry.Content)).Where(group => group.Count() > 1)
                .Select(group => (IReadOnlyList<CorpusEntry>)[.. group]),
        ];
    }

    public IReadOnlyList<CorpusEntry> Entries { get; }

    /// <summary>
    /// Identity of the corpus, <c>sha256:hex</c>, over id, kind, content, split and group of each entry in order. Where the files lie is not part of it, so the
    /// same corpus in another folder or on another machine has the same hash.
    /// </summary>
    public string Hash { get; }

    /// <summary>Groups of entries with the same content, in order of their first entry. They are labelled each; the report names them.</summary>
    public IReadOnlyList<IReadOnlyList<CorpusEntry>> Duplicates { get; }

    /// <summary>The number of the video with this id, or -1.</summary>
    public int NumberOf(string id) => _numbers.GetValueOrDefault(id, -1);

    private static string HashOf(IReadOnlyList<CorpusEntry> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in entries)
        {
            var identity = new EntryIdentity(entry.Id, entry.Kind, entry.Content, entry.Split, entry.Group);
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(identity, ManifestJson.Default.EntryIdentity));
            hash.AppendData("\n"u8);
        }

        return $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }
}

/// <summary>What of an entry is identity.</summary>
internal sealed record EntryIdentity(string Id, EntryKind Kind, string Content, string? Split, string? Group);

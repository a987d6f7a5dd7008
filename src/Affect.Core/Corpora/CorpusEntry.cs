namespace Affect.Core.Corpora;

/// <summary>What an entry of a corpus is. Stored: values are never renumbered.</summary>
public enum EntryKind
{
    Unknown = 0,

    /// <summary>A video file.</summary>
    Video = 1,

    /// <summary>A folder of face pictures named by frame number (<c>00001.jpg</c>: frame 0), as in the ABAW distributions.</summary>
    FaceFrames = 2,
}

/// <summary>One video of a corpus.</summary>
/// <param name="Id">Unique in the corpus; relative path with '/' unless the manifest names another. Any printable text.</param>
/// <param name="Location">Local path or <c>az://container/blob</c>.</param>
/// <param name="Kind">File or folder of face frames.</param>
/// <param name="Content">Content identity, see <c>ContentIdentity</c>: <c>sha256:hex</c> or <c>sampled-sha256:hex</c>; empty while unknown.</param>
/// <param name="SizeBytes">Size, -1 while unknown.</param>
/// <param name="Split">The user's split (train, validation, test), or null.</param>
/// <param name="Group">The user's group (subject, session), or null.</param>
public sealed record CorpusEntry(
    string Id, string Location, EntryKind Kind, string Content, long SizeBytes, string? Split = null, string? Group = null);

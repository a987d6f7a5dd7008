using Affect.Core.Failures;

namespace Affect.Storage.Fetching;

/// <summary>A local path to a video, which stays as it is until disposed. Read only.</summary>
public sealed class VideoLease : IDisposable
{
    private readonly FileStream? _lock;

    internal VideoLease(string path, FileStream? heldLock)
    {
        Path = path;
        _lock = heldLock;
    }

    /// <summary>The file (or the folder of pictures).</summary>
    public string Path { get; }

    public void Dispose() => _lock?.Dispose();
}

/// <summary>Either a lease or why there is none.</summary>
public sealed record FetchResult
{
    private FetchResult(VideoLease? lease, ChunkFailure? failure)
    {
        Lease = lease;
        Failure = failure;
    }

    /// <summary>The video, to be disposed by the caller; null if <see cref="Failure"/> is set.</summary>
    public VideoLease? Lease { get; }

    /// <summary>Why it could not be had; null if <see cref="Lease"/> is set.</summary>
    public ChunkFailure? Failure { get; }

    internal static FetchResult Fetched(VideoLease lease) => new(lease, null);

    internal static FetchResult Failed(FailureKind kind, string message) => new(null, new ChunkFailure(kind, message));
}

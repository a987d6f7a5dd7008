using Affect.Core.Corpora;
using Affect.Core.Failures;
using Affect.Core.Video;
using Affect.Engine.Preparing;
using Affect.Storage.Fetching;
using Affect.Storage.Indexes;
using Affect.Storage.Objects;

namespace Affect.Engine.Working;

/// <summary>A video ready to be decoded on this machine; disposing gives the local file back.</summary>
public sealed class OpenedVideo(CorpusEntry entry, IndexedVideo indexed, string localPath, IDisposable lease) : IDisposable
{
    public CorpusEntry Entry { get; } = entry;

    public VideoInfo Info => indexed.Info;

    public FrameIndex Index => indexed.Frames;

    /// <summary>Local file, or folder of face frames.</summary>
    public string LocalPath { get; } = localPath;

    public void Dispose() => lease.Dispose();
}

/// <summary>A video, or why it cannot be had.</summary>
public sealed record VideoOpening(OpenedVideo? Video, ChunkFailure? Failure);

/// <summary>Gives workers the videos of a run. Thread-safe.</summary>
public interface IVideoLibrary
{
    /// <param name="videoNumber">The video's position in the manifest.</param>
    /// <param name="cancellationToken">Ends the waiting for a download.</param>
    Task<VideoOpening> OpenAsync(int videoNumber, CancellationToken cancellationToken);

    /// <summary>The video's frames alone, without its bytes.</summary>
    /// <exception cref="IOException">The index is not there.</exception>
    Task<IndexedVideo> IndexAsync(int videoNumber, CancellationToken cancellationToken);
}

/// <summary>The videos of a manifest: bytes through the fetcher, frame indexes from the workspace; the indexes used last are kept.</summary>
public sealed class VideoLibrary(CorpusManifest manifest, VideoFetcher fetcher, IObjectStore workspace, CorpusProber prober) : IVideoLibrary
{
    /// <summary>Indexes kept: a few more than lanes; one of an hour at 25 frames a second takes 0.7 MB.</summary>
    private const int KeptIndexes = 32;

    private readonly Lock _gate = new();
    private readonly LinkedList<(int Number, IndexedVideo Video)> _recent = new();

    public async Task<VideoOpening> OpenAsync(int videoNumber, CancellationToken cancellationToken)
    {
        var entry = manifest.Entries[videoNumber];
        var fetched = await fetcher.FetchAsync(entry, cancellationToken).ConfigureAwait(false);
        if (fetched.Lease is not { } lease)
        {
            return new VideoOpening(null, fetched.Failure);
        }

        try
        {
            // A file of the same size with other bytes is another video: its rows must not pass for this one's.
            var content = await prober.IdentifyAsync(entry, lease.Path, cancellationToken).ConfigureAwait(false);
            if (content != entry.Content)
            {
                lease.Dispose();
                return new VideoOpening(null, new ChunkFailure(
                    FailureKind.ContentChanged, $"{entry.Location} was changed since the run was planned: it has {content}, not {entry.Content}. Submit the corpus again."));
            }

            return new VideoOpening(new OpenedVideo(entry, await IndexAsync(videoNumber, cancellationToken).ConfigureAwait(false), lease.Path, lease), null);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    public async Task<IndexedVideo> IndexAsync(int videoNumber, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                if (node.Value.Number == videoNumber)
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                    return node.Value.Video;
                }
            }
        }

        var entry = manifest.Entries[videoNumber];
        var loaded = await FrameIndexFile.TryLoadAsync(workspace, entry.Content, cancellationToken).ConfigureAwait(false)
            ?? throw new IOException($"{workspace.Location} holds no frame index of {entry.Id} ({entry.Content}); submit the corpus again to make it.");
        lock (_gate)
        {
            _recent.AddFirst((videoNumber, loaded));
            if (_recent.Count > KeptIndexes)
            {
                _recent.RemoveLast();
            }
        }

        return loaded;
    }
}

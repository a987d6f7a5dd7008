using Affect.Core.Corpora;
using Affect.Core.Failures;
using Affect.Storage.Fetching;
using Affect.Storage.Indexes;
using Affect.Storage.Objects;
using Affect.Vision.Probing;

namespace Affect.Engine.Preparing;

/// <summary>What probing one entry came to.</summary>
/// <param name="Entry">The entry, its content and size known where it could be read.</param>
/// <param name="Video">Stream and frames; null where it failed.</param>
/// <param name="Anomalies">Oddities seen and dealt with, as text.</param>
/// <param name="Failure">Why it failed, or null.</param>
public sealed record ProbedEntry(CorpusEntry Entry, IndexedVideo? Video, IReadOnlyList<string> Anomalies, ChunkFailure? Failure);

/// <summary>
/// Identifies and probes videos. What is known is not read again: identities by path, size and time of change, frame indexes by content, shared by all
/// runs of a workspace. Thread-safe.
/// </summary>
public sealed class CorpusProber(VideoFetcher fetcher, VideoProber prober, ProbeCache cache, IObjectStore workspace)
{
    public async Task<ProbedEntry> ProbeAsync(CorpusEntry entry, CancellationToken cancellationToken)
    {
        var fetched = await fetcher.FetchAsync(entry, cancellationToken).ConfigureAwait(false);
        if (fetched.Lease is not { } lease)
        {
            return new ProbedEntry(entry, null, [], fetched.Failure);
        }

        using (lease)
        {
            try
            {
                var isFolder = Directory.Exists(lease.Path);
                var identified = entry with
                {
                    Kind = entry.Kind != EntryKind.Unknown ? entry.Kind : isFolder ? EntryKind.FaceFrames : EntryKind.Video,
                    Content = await IdentifyAsync(entry, lease.Path, cancellationToken).ConfigureAwait(false),
                    SizeBytes = isFolder ? -1 : FileOf(lease.Path).Length,
                };
                if (entry.Content.Length > 0 && entry.Content != identified.Content)
                {
                    // The entry keeps the content that the manifest promises: the corpus is still the one that was meant, with this video missing from it.
                    return new ProbedEntry(identified with { Content = entry.Content }, null, [], new ChunkFailure(
                        FailureKind.ContentChanged, $"{entry.Location} has {identified.Content}, the manifest says {entry.Content}. Correct the manifest's content or leave it out."));
                }

                return await IndexAsync(identified, lease.Path, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException and not ObjectStoreException)
            {
                return new ProbedEntry(entry, null, [], new ChunkFailure(FailureKind.Unreadable, $"{entry.Location} cannot be read: {e.Message}"));
            }
        }
    }

    /// <summary>Content identity of an entry's local copy.</summary>
    public async Task<string> IdentifyAsync(CorpusEntry entry, string localPath, CancellationToken cancellationToken)
    {
        if (Directory.Exists(localPath))
        {
            return await ContentIdentity.ComputeAsync(localPath, cancellationToken).ConfigureAwait(false);
        }

        var file = FileOf(localPath);
        if (cache.Find(file) is { } known)
        {
            return known;
        }

        var content = await ContentIdentity.ComputeAsync(localPath, cancellationToken).ConfigureAwait(false);
        cache.Remember(file, content);
        return content;
    }

    /// <summary>The file itself: of a symbolic link, what it leads to.</summary>
    private static FileInfo FileOf(string path)
    {
        var file = new FileInfo(path);
        return file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
    }

    private async Task<ProbedEntry> IndexAsync(CorpusEntry entry, string localPath, CancellationToken cancellationToken)
    {
        IndexedVideo? known = null;
        try
        {
            known = await FrameIndexFile.TryLoadAsync(workspace, entry.Content, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            // A damaged index is made again below; it is a copy of what the video says.
        }

        if (known is not null)
        {
            return new ProbedEntry(entry, known, [], null);
        }

        var result = entry.Kind == EntryKind.FaceFrames
            ? await FrameFolderProber.ProbeAsync(localPath, null, cancellationToken).ConfigureAwait(false)
            : await prober.ProbeAsync(localPath, cancellationToken).ConfigureAwait(false);
        switch (result)
        {
            case ProbeResult.Found found:
                var video = new IndexedVideo(found.Video, found.Index);
                await FrameIndexFile.SaveAsync(workspace, entry.Content, video, cancellationToken).ConfigureAwait(false);
                return new ProbedEntry(entry, video, [.. found.Notes.Select(n => $"{n.Anomaly}: {n.Count}")], null);
            case ProbeResult.Failed failed:
                return new ProbedEntry(entry, null, [], failed.Failure);
            default:
                throw new InvalidOperationException($"Not a probe result: {result}.");
        }
    }
}

using System.Collections.Concurrent;
using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Video;

namespace Affect.Engine.Working;

/// <summary>What an earlier run knows of a chunk.</summary>
/// <param name="Labels">All of its rows, where the models are the same; or null.</param>
/// <param name="Detections">Faces of some or all of its frames; null where <paramref name="Labels"/> are there.</param>
/// <param name="VideoFrames">Frames of the whole video.</param>
public sealed record EarlierChunk(ChunkOutcome.Labelled? Labels, KnownDetections? Detections, int VideoFrames);

/// <summary>
/// Work of earlier runs on the videos of this one. A video is known by its content: its name, its place in the corpus and where the earlier plan cut it do not matter. Labels are taken
/// where sampling, detector and affect models are the same (videos were added to the corpus, or only the smoothing differs), detections where the affect models alone differ.
/// Thread-safe.
/// </summary>
/// <param name="contents">Content identity of each video of this run, by its number.</param>
/// <param name="runs">Earlier runs with the same sampling and detector.</param>
public sealed class ChunkReuse(IReadOnlyList<string> contents, IEnumerable<EarlierRun> runs)
{
    /// <summary>Nothing to re-use.</summary>
    public static readonly ChunkReuse None = new([], []);

    // Those whose labels can be taken are asked first, and of them those that share the most with this run.
    private readonly EarlierRun[] _runs = [.. runs.OrderByDescending(run => run.HasSameModels).ThenByDescending(run => run.Pieces)];
    private readonly ConcurrentDictionary<string, int> _used = new(StringComparer.Ordinal);
    private int _labelled;

    /// <summary>The earlier runs.</summary>
    public IEnumerable<string> RunIds => _runs.Select(run => run.Id);

    /// <summary>Chunks whose labels were taken.</summary>
    public int ChunksLabelled => _labelled;

    /// <summary>Id of the run from which most chunks had something, or null.</summary>
    public string? Source => _used.IsEmpty ? null : _used.MaxBy(used => used.Value).Key;

    /// <summary>Whether an earlier run with the same models has this video, by its number; not how much of it is done.</summary>
    public bool MayKnowLabelsOf(int video) => _runs.Any(run => run.HasSameModels && run.Knows(contents[video]));

    /// <summary>What is known of a chunk, or null where it must be searched for faces.</summary>
    public async Task<EarlierChunk?> FindAsync(ChunkSpec chunk, IVideoLibrary videos, Sampling sampling, CancellationToken cancellationToken)
    {
        if (chunk.Id.Video >= contents.Count)
        {
            return null;
        }

        (EarlierRun Run, EarlierChunk Chunk)? partly = null;
        var content = contents[chunk.Id.Video];
        foreach (var run in _runs.Where(run => run.Knows(content)))
        {
            var video = await videos.IndexAsync(chunk.Id.Video, cancellationToken).ConfigureAwait(false);
            if (await run.ReadAsync(content, chunk, cancellationToken).ConfigureAwait(false) is not { } found || !found.Rows.All(row => IsOf(row, video.Frames)))
            {
                continue;
            }

            if (found.AreWhole && TakeLabels(found.Rows, chunk, FrameSelector.Select(video.Frames, video.Info.TimeBase, sampling)) is { } labels)
            {
                Interlocked.Increment(ref _labelled);
                Note(run);
                return new EarlierChunk(labels, null, video.Frames.FrameCount);
            }

            partly ??= (run, new EarlierChunk(null, new KnownDetections(found.Rows), video.Frames.FrameCount));
        }

        if (partly is { } best)
        {
            Note(best.Run);
        }

        return partly?.Chunk;
    }

    private void Note(EarlierRun run) => _used.AddOrUpdate(run.Id, 1, (_, count) => count + 1);

    /// <summary>An index made by another version of this program may count other frames.</summary>
    private static bool IsOf(LabelRow row, FrameIndex index) => row.Frame < index.FrameCount && index.Pts[(int)row.Frame] == row.Pts;

    /// <returns>Null unless every frame that is to be labelled has its rows, and none of them failed: that may have been the storage's fault.</returns>
    private static ChunkOutcome.Labelled? TakeLabels(IReadOnlyList<LabelRow> rows, ChunkSpec chunk, FrameSelection selection)
    {
        var last = -1L;
        using var ranks = selection.RanksIn(chunk).GetEnumerator();
        foreach (var row in rows)
        {
            if (row.Status == FrameStatus.Failed || (row.Frame != last && (!ranks.MoveNext() || ranks.Current != row.Frame)))
            {
                return null;
            }

            last = row.Frame;
        }

        return ranks.MoveNext()
            ? null
            : new ChunkOutcome.Labelled([.. rows.Select(row => row with { Video = chunk.VideoId, Chunk = chunk.Id.ToString() })], selection.SkippedIn(chunk), 0, null, default);
    }
}

using Affect.Core.Corpora;
using Affect.Core.Video;

namespace Affect.Core.Planning;

/// <summary>
/// Cuts a video into chunks that can be decoded alone. Pure and deterministic: the same arguments give the same chunks everywhere.
/// <list type="bullet">
/// <item>Every frame of the video is in exactly one chunk, selected or not; the first chunk starts at frame 0 even where the first keyframe is later,
/// the last ends at <see cref="long.MaxValue"/>.</item>
/// <item>Every other chunk starts at a keyframe.</item>
/// <item>The weight of a chunk is the number of its frames between the video's first and last selected frame (both included): what lies outside is never
/// decoded, so a run over one minute of ten hours gives chunks of that minute, not hundreds of empty ones.</item>
/// <item>With its target <c>T</c> (<see cref="PlanOptions.TargetAt"/>) and longest GOP <c>G</c>, every chunk weighs at least <c>T/2</c> (unless it is the only one) and less than
/// <c>max(2T, T + G)</c>.</item>
/// </list>
/// </summary>
public static class ChunkPlanner
{
    /// <param name="videoNumber">The video's position in the manifest, from 0.</param>
    /// <param name="entry">The video.</param>
    /// <param name="index">Its frames and keyframes. For a folder of frames every frame is a keyframe.</param>
    /// <param name="selection">The frames to label, from <see cref="FrameSelector"/>.</param>
    /// <param name="options">Target size.</param>
    /// <param name="framesAfter">Frames to label in the corpus after this video; matters only where <see cref="PlanOptions.Workers"/> is given.</param>
    /// <returns>The chunks in order; none for a video without frames.</returns>
    public static IReadOnlyList<ChunkSpec> Plan(
        int videoNumber, CorpusEntry entry, FrameIndex index, FrameSelection selection, PlanOptions options, long framesAfter = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(videoNumber);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TargetFramesPerChunk, PlanOptions.MinimumTarget);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.TargetFramesPerChunk, PlanOptions.MaximumTarget);
        ArgumentOutOfRangeException.ThrowIfNegative(framesAfter);
        if (selection.FrameCount != index.FrameCount)
        {
            throw new ArgumentException($"The selection is of a video of {selection.FrameCount} frames, not {index.FrameCount}.", nameof(selection));
        }

        var cuts = Cuts(index, selection, options, framesAfter);
        var chunks = new List<ChunkSpec>(cuts.Count);
        for (var i = 0; i < cuts.Count; i++)
        {
            var end = i + 1 < cuts.Count ? cuts[i + 1] : index.FrameCount;
            chunks.Add(new ChunkSpec(
                new ChunkId(videoNumber, i),
                entry.Id,
                cuts[i],
                end - cuts[i],
                index.Pts[cuts[i]],
                end < index.FrameCount ? index.Pts[end] : long.MaxValue));
        }

        return chunks;
    }

    /// <summary>First frames of the chunks.</summary>
    private static List<int> Cuts(FrameIndex index, FrameSelection selection, PlanOptions options, long framesAfter)
    {
        var cuts = new List<int>();
        if (index.FrameCount == 0)
        {
            return cuts;
        }

        var target = 0;
        Cut(0);
        var candidate = 0;
        foreach (var keyframe in index.Keyframes)
        {
            var start = cuts[^1];
            if (keyframe > start && Weight(start, keyframe) >= target)
            {
                Cut(IsCloser(Weight(start, candidate), Weight(start, keyframe)) ? candidate : keyframe);

                // Cutting at the earlier keyframe leaves a whole GOP in front of this one: it may fill a chunk alone.
                if (cuts[^1] == candidate && Weight(candidate, keyframe) >= target)
                {
                    Cut(keyframe);
                }
            }

            candidate = keyframe;
        }

        if (cuts.Count > 1 && 2L * Weight(cuts[^1], index.FrameCount) < target)
        {
            cuts.RemoveAt(cuts.Count - 1);
        }

        return cuts;

        void Cut(int start)
        {
            cuts.Add(start);
            target = options.TargetAt(framesAfter + selection.CountFrom(start));
        }

        int Weight(int from, int to) => Math.Max(0, Math.Min(to, selection.LastRank + 1) - Math.Max(from, selection.FirstRank));

        bool IsCloser(int below, int above) => 2L * below >= target && target - below <= above - target;
    }
}

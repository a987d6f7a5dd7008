using Affect.Core.Corpora;
using Affect.Core.Planning;
using Affect.Core.Video;

namespace Affect.Vision.Decoding;

/// <summary>Which frames of which video to deliver.</summary>
/// <param name="Location">Local path of the video file or the folder of frames.</param>
/// <param name="Kind">File or folder.</param>
/// <param name="Video">What the prober found.</param>
/// <param name="Index">The prober's frame index of the whole video.</param>
/// <param name="Chunk">The chunk; its first frame is a keyframe of the index.</param>
/// <param name="Ranks">Ranks to deliver, ascending, within the chunk; null for all of them.</param>
public sealed record DecodeRequest(string Location, EntryKind Kind, VideoInfo Video, FrameIndex Index, ChunkSpec Chunk, int[]? Ranks)
{
    /// <summary>The ranks to deliver.</summary>
    internal int[] WantedRanks()
    {
        var first = checked((int)Chunk.FirstFrame);
        if (Chunk.FrameCount < 1 || first < 0 || first + Chunk.FrameCount > Index.FrameCount)
        {
            throw new ArgumentException($"Chunk {Chunk.Id} lies outside its video of {Index.FrameCount} frames.");
        }

        var ranks = Ranks ?? Enumerable.Range(first, Chunk.FrameCount).ToArray();
        for (var i = 0; i < ranks.Length; i++)
        {
            if (ranks[i] < first || ranks[i] >= first + Chunk.FrameCount || (i > 0 && ranks[i] <= ranks[i - 1]))
            {
                throw new ArgumentException($"Ranks must ascend within chunk {Chunk.Id}: entry {i} is {ranks[i]}.");
            }
        }

        return ranks;
    }
}

namespace Affect.Core.Planning;

/// <summary>
/// One chunk: a half-open range of frames of one video (equally the half-open PTS interval from its first frame's PTS to the next chunk's first
/// PTS) that starts at a keyframe. Immutable; part of the plan, which is written once.
/// </summary>
/// <param name="Id">Identity in the run.</param>
/// <param name="VideoId">The video's id in the manifest.</param>
/// <param name="FirstFrame">Rank of the first frame in the whole video.</param>
/// <param name="FrameCount">Number of frames; at least 1.</param>
/// <param name="StartPts">PTS of the first frame.</param>
/// <param name="EndPts">PTS of the first frame after the chunk; <see cref="long.MaxValue"/> for the last chunk.</param>
public sealed record ChunkSpec(ChunkId Id, string VideoId, long FirstFrame, int FrameCount, long StartPts, long EndPts)
{
    /// <summary>
    /// What a worker must offer to run the chunk: tags such as <c>codec:av1</c>, sorted, one space between, empty for nothing. See
    /// <see cref="RequirementTags"/>.
    /// </summary>
    public string Requires { get; init; } = "";
}

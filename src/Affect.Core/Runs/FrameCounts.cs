namespace Affect.Core.Runs;

/// <summary>
/// What became of the frames of a chunk, a video or a run. Counts add up; the default value is the identity of addition.
/// </summary>
/// <param name="Frames">Frames in: all that the packet index lists.</param>
/// <param name="Labelled">Frames with at least one face.</param>
/// <param name="NoFace">Frames searched without finding a face.</param>
/// <param name="Skipped">Frames that sampling left out.</param>
/// <param name="Failed">Frames that could not be decoded or labelled.</param>
/// <param name="Faces">Faces in the labelled frames; at least <paramref name="Labelled"/>.</param>
public readonly record struct FrameCounts(long Frames, long Labelled, long NoFace, long Skipped, long Failed, long Faces)
{
    /// <summary>Whether every frame is accounted for exactly once. A run that is not balanced is not complete.</summary>
    public bool IsBalanced =>
        Labelled >= 0 && NoFace >= 0 && Skipped >= 0 && Failed >= 0 && Faces >= Labelled && Frames == Labelled + NoFace + Skipped + Failed;

    public static FrameCounts operator +(FrameCounts a, FrameCounts b) => Add(a, b);

    public static FrameCounts Add(FrameCounts a, FrameCounts b) => new(
        a.Frames + b.Frames, a.Labelled + b.Labelled, a.NoFace + b.NoFace, a.Skipped + b.Skipped, a.Failed + b.Failed, a.Faces + b.Faces);
}

using Affect.Vision.Pixels;

namespace Affect.Vision.Detection;

/// <summary>
/// Finds the faces of a frame. One object per lane: not thread safe. A frame's result depends on that frame alone, so it is the same whatever was
/// searched before it or with it.
/// </summary>
public interface IFaceDetector : IDisposable
{
    /// <summary>Frames that are searched best together: as many as a run of the network takes.</summary>
    int FrameBatch { get; }

    /// <summary>Finds the faces of one frame.</summary>
    /// <param name="faces">Cleared, then filled with the faces by descending score.</param>
    void Detect(in PlanarImage image, List<FaceDetection> faces);

    /// <summary>Finds the faces of several frames of one size; the results equal those of searching each one alone.</summary>
    /// <param name="faces">One list a frame, cleared and filled as above.</param>
    void Detect(ReadOnlySpan<PlanarImage> images, ReadOnlySpan<List<FaceDetection>> faces);
}

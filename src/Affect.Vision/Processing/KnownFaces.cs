using Affect.Core.Labels;
using Affect.Core.Processing;
using Affect.Vision.Alignment;
using Affect.Vision.Detection;

namespace Affect.Vision.Processing;

/// <summary>Faces of an earlier run, by frame: what does not depend on the affect model need not be computed again.</summary>
internal sealed class KnownFaces
{
    private readonly Dictionary<long, List<FrameRows.Face>> _byFrame = [];

    public KnownFaces(KnownDetections known)
    {
        foreach (var row in known.Rows)
        {
            // A frame that failed may decode this time; then it must be searched.
            if (row.Status == FrameStatus.Failed)
            {
                continue;
            }

            if (!_byFrame.TryGetValue(row.Frame, out var faces))
            {
                _byFrame[row.Frame] = faces = [];
            }

            if (row.Status == FrameStatus.Face)
            {
                faces.Add(new FrameRows.Face(
                    Detection(row), new HeadPose(row.YawDegrees, row.PitchDegrees, row.RollDegrees), row.Sharpness, row.Appearance));
            }
        }
    }

    /// <summary>The frame's faces, or null where the frame is not known.</summary>
    public FrameRows.Face[]? Find(long frame) => _byFrame.TryGetValue(frame, out var faces) ? [.. faces] : null;

    private static FaceDetection Detection(LabelRow row)
    {
        FacePoint Point(int i) => row.Landmarks.Length == 8 ? new FacePoint(row.Landmarks[2 * i], row.Landmarks[(2 * i) + 1]) : FacePoint.Absent;
        return new FaceDetection(
            row.BoxX, row.BoxY, row.BoxWidth, row.BoxHeight, row.DetectionScore, Point(0), Point(1), Point(2), Point(3), FacePoint.Absent, FacePoint.Absent);
    }
}

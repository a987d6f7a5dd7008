using Affect.Vision.Models;
using Affect.Vision.Onnx;

namespace Affect.Vision.Detection;

/// <summary>
/// SCRFD with landmarks. Two anchors at the upper left corner of each cell of strides 8, 16 and 32; box = distances (left, top, right, bottom) * stride from
/// the anchor, landmark = anchor + offset * stride, score = probability (deepinsight/insightface python-package/insightface/model_zoo/scrfd.py at
/// 5dbc7a0662c8490cbfaa306c316525592708989a: distance2bbox, distance2kps). Landmarks as YuNet's.
/// </summary>
internal sealed class ScrfdDecoder(DetectorLayout layout) : DetectionDecoder
{
    private const int AnchorsPerCell = 2;
    private static readonly int[] Strides = [8, 16, 32];

    public override IReadOnlyList<string> Tensors { get; } = [.. layout.Boxes, .. layout.Scores, .. layout.Points];

    public override void CheckShapes(DetectorManifest manifest, OrtBinding binding, int widthPixels, int heightPixels)
    {
        for (var i = 0; i < Strides.Length; i++)
        {
            var anchors = widthPixels / Strides[i] * (heightPixels / Strides[i]) * AnchorsPerCell;
            CheckLength(manifest, binding, i, anchors * 4);
            CheckLength(manifest, binding, 3 + i, anchors);
            CheckLength(manifest, binding, 6 + i, anchors * 10);
        }
    }

    public override void Decode(OrtBinding binding, int image, int widthPixels, int heightPixels, float threshold, List<FaceDetection> faces)
    {
        for (var i = 0; i < Strides.Length; i++)
        {
            var boxes = ImageOutput(binding, i, image);
            var scores = ImageOutput(binding, 3 + i, image);
            var points = ImageOutput(binding, 6 + i, image);
            var columns = widthPixels / Strides[i];
            for (var a = 0; a < scores.Length; a++)
            {
                if (scores[a] >= threshold)
                {
                    var cell = a / AnchorsPerCell;
                    faces.Add(Face(boxes.Slice(a * 4, 4), points.Slice(a * 10, 10), cell % columns * Strides[i], cell / columns * Strides[i], Strides[i], scores[a]));
                }
            }
        }
    }

    private static FaceDetection Face(ReadOnlySpan<float> box, ReadOnlySpan<float> points, float x, float y, float stride, float score)
    {
        var (left, top) = (x - (box[0] * stride), y - (box[1] * stride));
        return new FaceDetection(
            left,
            top,
            x + (box[2] * stride) - left,
            y + (box[3] * stride) - top,
            score,
            new FacePoint(x + (points[0] * stride), y + (points[1] * stride)),
            new FacePoint(x + (points[2] * stride), y + (points[3] * stride)),
            new FacePoint(x + (points[4] * stride), y + (points[5] * stride)),
            new FacePoint(x + ((points[6] + points[8]) / 2 * stride), y + ((points[7] + points[9]) / 2 * stride)),
            FacePoint.Absent,
            FacePoint.Absent);
    }
}

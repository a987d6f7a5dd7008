using Affect.Vision.Models;
using Affect.Vision.Onnx;

namespace Affect.Vision.Detection;

/// <summary>
/// YuNet. One anchor at the upper left corner of each cell of strides 8, 16 and 32: centre = (cell + b[0..1]) * stride, size = exp(b[2..3]) * stride, landmark =
/// (cell + k) * stride, score = sqrt(cls * obj), both clipped to [0, 1] (opencv/opencv modules/objdetect/src/face_detect.cpp at 2ab8250a7e42440f6c715e7e4f852cf12ee23daf, postProcess).
/// Landmarks: right eye, left eye, nose tip, right and left corner of the mouth.
/// </summary>
internal sealed class YuNetDecoder(DetectorLayout layout) : DetectionDecoder
{
    private static readonly int[] Strides = [8, 16, 32];

    public override IReadOnlyList<string> Tensors { get; } = [.. layout.Boxes, .. layout.Scores, .. layout.Objectness, .. layout.Points];

    public override void CheckShapes(DetectorManifest manifest, OrtBinding binding, int widthPixels, int heightPixels)
    {
        for (var i = 0; i < Strides.Length; i++)
        {
            var cells = widthPixels / Strides[i] * (heightPixels / Strides[i]);
            CheckLength(manifest, binding, i, cells * 4);
            CheckLength(manifest, binding, 3 + i, cells);
            CheckLength(manifest, binding, 6 + i, cells);
            CheckLength(manifest, binding, 9 + i, cells * 10);
        }
    }

    public override void Decode(OrtBinding binding, int image, int widthPixels, int heightPixels, float threshold, List<FaceDetection> faces)
    {
        for (var i = 0; i < Strides.Length; i++)
        {
            var boxes = ImageOutput(binding, i, image);
            var classes = ImageOutput(binding, 3 + i, image);
            var objects = ImageOutput(binding, 6 + i, image);
            var points = ImageOutput(binding, 9 + i, image);
            var columns = widthPixels / Strides[i];
            var least = threshold * threshold;
            for (var cell = 0; cell < classes.Length; cell++)
            {
                var squared = Math.Clamp(classes[cell], 0f, 1f) * Math.Clamp(objects[cell], 0f, 1f);
                if (squared >= least)
                {
                    faces.Add(Face(
                        boxes.Slice(cell * 4, 4), points.Slice(cell * 10, 10), cell % columns, cell / columns, Strides[i], MathF.Sqrt(squared)));
                }
            }
        }
    }

    private static FaceDetection Face(ReadOnlySpan<float> box, ReadOnlySpan<float> points, int column, int row, int stride, float score)
    {
        var (width, height) = (MathF.Exp(box[2]) * stride, MathF.Exp(box[3]) * stride);
        var right = Point(points[..2], column, row, stride);
        var left = Point(points.Slice(2, 2), column, row, stride);
        var nose = Point(points.Slice(4, 2), column, row, stride);
        var mouthRight = Point(points.Slice(6, 2), column, row, stride);
        var mouthLeft = Point(points.Slice(8, 2), column, row, stride);
        return new FaceDetection(
            ((column + box[0]) * stride) - (width / 2),
            ((row + box[1]) * stride) - (height / 2),
            width,
            height,
            score,
            right,
            left,
            nose,
            new FacePoint((mouthRight.X + mouthLeft.X) / 2, (mouthRight.Y + mouthLeft.Y) / 2),
            FacePoint.Absent,
            FacePoint.Absent);
    }

    private static FacePoint Point(ReadOnlySpan<float> point, int column, int row, int stride) =>
        new((column + point[0]) * stride, (row + point[1]) * stride);
}

using Affect.Vision.Models;
using Affect.Vision.Onnx;

namespace Affect.Vision.Detection;

/// <summary>
/// MediaPipe's face detectors. Anchors are the centres of grid cells with unit size (SsdAnchorsCalculator with fixed_anchor_size, anchor offset 0.5;
/// google-ai-edge/mediapipe mediapipe/calculators/tflite/ssd_anchors_calculator.cc at 1461bcf97d2b7d816f6d36f0dff05140d48bc3bf). A box is 16 values
/// in input pixels relative to its anchor: centre x, y, width, height, then x, y of right eye, left eye, nose tip, mouth centre, right and left ear tragion
/// (TensorsToDetectionsCalculator with x_scale = y_scale = w_scale = h_scale = input size). The score is a logit, clipped to +-100.
/// </summary>
internal sealed class AnchorGridDecoder : DetectionDecoder
{
    private const int ValuesPerBox = 16;

    private readonly int[] _strides;
    private readonly int[] _anchorsPerCell;

    private AnchorGridDecoder(DetectorLayout layout, int[] strides, int[] anchorsPerCell)
    {
        _strides = strides;
        _anchorsPerCell = anchorsPerCell;
        Tensors = [.. layout.Boxes, .. layout.Scores];
    }

    public override IReadOnlyList<string> Tensors { get; }

    /// <summary>Front (128: strides 8 and 16) and back (256: strides 16 and 32): a grid of 16 with 2 anchors a cell, and one of 8 with 6.</summary>
    public static AnchorGridDecoder BlazeFace(DetectorManifest manifest) => new(
        manifest.Layout, [manifest.Input.WidthPixels / 16, manifest.Input.WidthPixels / 8], [2, 6]);

    /// <summary>One anchor every 4 pixels (mediapipe/modules/face_detection/face_detection_full_range.pbtxt at c688862570156908cd95303afb06beb0935e5cc6).</summary>
    public static AnchorGridDecoder FullRange(DetectorManifest manifest) => new(manifest.Layout, [4], [1]);

    public override void CheckShapes(DetectorManifest manifest, OrtBinding binding, int widthPixels, int heightPixels)
    {
        for (var i = 0; i < _strides.Length; i++)
        {
            var anchors = widthPixels / _strides[i] * (heightPixels / _strides[i]) * _anchorsPerCell[i];
            CheckLength(manifest, binding, i, anchors * ValuesPerBox);
            CheckLength(manifest, binding, _strides.Length + i, anchors);
        }
    }

    public override void Decode(OrtBinding binding, int image, int widthPixels, int heightPixels, float threshold, List<FaceDetection> faces)
    {
        var logit = Logit(threshold);
        for (var i = 0; i < _strides.Length; i++)
        {
            var boxes = ImageOutput(binding, i, image);
            var scores = ImageOutput(binding, _strides.Length + i, image);
            var columns = widthPixels / _strides[i];
            for (var a = 0; a < scores.Length; a++)
            {
                if (scores[a] >= logit)
                {
                    var cell = a / _anchorsPerCell[i];
                    var (x, y) = (((cell % columns) + 0.5f) * _strides[i], ((cell / columns) + 0.5f) * _strides[i]);
                    faces.Add(Face(boxes.Slice(a * ValuesPerBox, ValuesPerBox), x, y, Sigmoid(scores[a])));
                }
            }
        }
    }

    private static FaceDetection Face(ReadOnlySpan<float> box, float x, float y, float score) => new(
        x + box[0] - (box[2] / 2),
        y + box[1] - (box[3] / 2),
        box[2],
        box[3],
        score,
        new FacePoint(x + box[4], y + box[5]),
        new FacePoint(x + box[6], y + box[7]),
        new FacePoint(x + box[8], y + box[9]),
        new FacePoint(x + box[10], y + box[11]),
        new FacePoint(x + box[12], y + box[13]),
        new FacePoint(x + box[14], y + box[15]));
}

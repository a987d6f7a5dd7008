using Affect.Vision.Models;
using Affect.Vision.Onnx;

namespace Affect.Vision.Detection;

/// <summary>
/// UltraFace. The graph itself decodes its anchors: boxes are float32 [N, anchors, 4], corners (left, top, right, bottom) as a share of the input's size; scores are
/// float32 [N, anchors, 2], probabilities of background and face (Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB
/// run_video_face_detect_onnx.py at a3f1b934c405b97b38ccaf60a91b90afd1760778). No landmarks.
/// </summary>
internal sealed class UltraFaceDecoder(DetectorLayout layout) : DetectionDecoder
{
    public override IReadOnlyList<string> Tensors { get; } = [.. layout.Boxes, .. layout.Scores];

    public override void CheckShapes(DetectorManifest manifest, OrtBinding binding, int widthPixels, int heightPixels) =>
        CheckLength(manifest, binding, 1, binding.Output(0).Length / binding.Batch / 2);

    public override void Decode(OrtBinding binding, int image, int widthPixels, int heightPixels, float threshold, List<FaceDetection> faces)
    {
        var boxes = ImageOutput(binding, 0, image);
        var scores = ImageOutput(binding, 1, image);
        for (var a = 0; a < scores.Length / 2; a++)
        {
            var score = scores[(2 * a) + 1];
            if (score >= threshold)
            {
                var box = boxes.Slice(4 * a, 4);
                faces.Add(FaceDetection.BoxOnly(
                    box[0] * widthPixels, box[1] * heightPixels, (box[2] - box[0]) * widthPixels, (box[3] - box[1]) * heightPixels, score));
            }
        }
    }
}

using Affect.Vision.Models;
using Affect.Vision.Onnx;

namespace Affect.Vision.Detection;

/// <summary>Turns a detector's output tensors into boxes in pixels of the network's input. Stateless.</summary>
internal abstract class DetectionDecoder
{
    /// <summary>The output tensors, in the order in which <see cref="Decode"/> reads them.</summary>
    public abstract IReadOnlyList<string> Tensors { get; }

    public static DetectionDecoder For(DetectorManifest manifest) => manifest.Layout.Family switch
    {
        DetectorFamily.BlazeFace => AnchorGridDecoder.BlazeFace(manifest),
        DetectorFamily.MediaPipeFullRange => AnchorGridDecoder.FullRange(manifest),
        DetectorFamily.YuNet => new YuNetDecoder(manifest.Layout),
        DetectorFamily.Scrfd => new ScrfdDecoder(manifest.Layout),
        DetectorFamily.UltraFace => new UltraFaceDecoder(manifest.Layout),
        _ => throw new ArgumentOutOfRangeException(nameof(manifest), manifest.Layout.Family, "Unknown detector family."),
    };

    /// <summary>Checks, once for each input shape, that the outputs are as long as the family demands for this input.</summary>
    public abstract void CheckShapes(DetectorManifest manifest, OrtBinding binding, int widthPixels, int heightPixels);

    /// <summary>Appends every box with a score of at least <paramref name="threshold"/>.</summary>
    /// <param name="image">Position in the batch.</param>
    public abstract void Decode(OrtBinding binding, int image, int widthPixels, int heightPixels, float threshold, List<FaceDetection> faces);

    protected static ReadOnlySpan<float> ImageOutput(OrtBinding binding, int output, int image)
    {
        var values = binding.Output(output);
        var length = values.Length / binding.Batch;
        return values.Slice(image * length, length);
    }

    protected void CheckLength(DetectorManifest manifest, OrtBinding binding, int output, int expected)
    {
        var actual = binding.Output(output).Length / binding.Batch;
        if (actual != expected)
        {
            throw new ModelException(
                manifest.ManifestFile,
                $"The output \"{Tensors[output]}\" has {actual} values an image, but family {manifest.Layout.Family} needs {expected} for this input.",
                "Correct 'detector.family', the order of 'detector.outputs', or the input's shape.");
        }
    }

    protected static float Sigmoid(float value) => 1f / (1f + MathF.Exp(-Math.Clamp(value, -100f, 100f)));

    protected static float Logit(float probability) => MathF.Log(probability / (1f - probability));
}

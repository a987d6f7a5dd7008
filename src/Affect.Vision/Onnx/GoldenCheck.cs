using System.Globalization;
using Affect.Vision.Models;
using Affect.Vision.Pixels;

namespace Affect.Vision.Onnx;

/// <summary>
/// Runs a model once on its golden picture (or on the test pattern where it has none) and compares. Catches weights that load but compute something else: a wrong
/// provider, a wrong export, NaN.
/// </summary>
internal static class GoldenCheck
{
    private const int PatternSidePixels = 128;

    /// <returns>The largest absolute difference from the golden outputs, in the tensors' own units; null where the model has none.</returns>
    public static float? Verify(OrtSession session)
    {
        var manifest = session.Manifest;
        var golden = manifest.Golden;
        var width = golden?.WidthPixels ?? (manifest.Input.HasFreeSize ? PatternSidePixels : manifest.Input.WidthPixels);
        var height = golden?.HeightPixels ?? (manifest.Input.HasFreeSize ? PatternSidePixels : manifest.Input.HeightPixels);
        var rgb = golden is null ? ModelGolden.Pattern(width, height) : golden.Rgb.Span;
        string[] tensors = manifest switch
        {
            AffectManifest affect => [.. affect.Heads.Select(head => head.Tensor)],
            DetectorManifest detector => [.. detector.Layout.Tensors],
            _ => [],
        };

        using var binding = session.Bind(Math.Max(1, manifest.Input.Batch), width, height, tensors);
        RgbImage.Write(rgb, manifest.Input.Format, binding.Image(0), width * height);
        for (var i = 1; i < binding.Batch; i++)
        {
            binding.Image(0).CopyTo(binding.Image(i));
        }

        binding.Run();
        for (var i = 0; i < tensors.Length; i++)
        {
            if (binding.Output(i).ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            {
                throw new ModelException(
                    manifest.OnnxFile,
                    $"Its output \"{tensors[i]}\" is NaN or infinite for the self-test picture on {session.Device}.",
                    "The weights are damaged or overflow on this device: fetch or export them again.");
            }
        }

        float? largest = null;
        foreach (var expected in golden?.Outputs ?? [])
        {
            var index = Array.IndexOf(tensors, expected.Tensor);
            if (index < 0)
            {
                throw new ModelException(
                    manifest.ManifestFile, $"Its golden outputs name \"{expected.Tensor}\", which is not one of its output tensors.", "Correct 'golden.outputs'.");
            }

            largest = Math.Max(largest ?? 0, Compare(session, golden!, expected, binding.Output(index)));
        }

        return largest;
    }

    private static float Compare(OrtSession session, ModelGolden golden, GoldenOutput expected, ReadOnlySpan<float> actual)
    {
        var largest = 0f;
        for (var i = 0; i < expected.Values.Count; i++)
        {
            var at = expected.At.Count == 0 ? i : expected.At[i];
            if (at >= actual.Length)
            {
                throw new ModelException(
                    session.Manifest.ManifestFile,
                    $"Its golden output \"{expected.Tensor}\" has a value at position {at}, but the tensor holds {actual.Length}.",
                    "Correct 'golden.outputs'.");
            }

            var difference = Math.Abs(actual[at] - expected.Values[i]);
            largest = Math.Max(largest, difference);
            if (!(difference <= golden.Tolerance))
            {
                throw new ModelException(
                    session.Manifest.OnnxFile,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The self-test fails on {session.Device}: \"{expected.Tensor}\"[{at}] is {actual[at]:G6}, the description says {expected.Values[i]:G6} (tolerance {golden.Tolerance:G3})."),
                    "The weights, the description or the device's arithmetic is not the one the model was exported with: export it again, or fix the description.");
            }
        }

        return largest;
    }
}

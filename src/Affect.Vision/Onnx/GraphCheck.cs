using Affect.Vision.Models;
using Affect.Vision.Pixels;
using Microsoft.ML.OnnxRuntime;

namespace Affect.Vision.Onnx;

/// <summary>Compares a model's description with what its graph says of itself.</summary>
internal static class GraphCheck
{
    private const string Remedy = "Correct the description, or export the model again.";

    public static void Verify(ModelManifest manifest, InferenceSession session)
    {
        VerifyInput(manifest, session.InputMetadata);
        switch (manifest)
        {
            case AffectManifest affect:
                foreach (var head in affect.Heads)
                {
                    VerifyHead(manifest, head, Output(manifest, session.OutputMetadata, head.Tensor, $"head {head.Task}"));
                }

                break;
            case DetectorManifest detector:
                foreach (var tensor in detector.Layout.Tensors)
                {
                    Output(manifest, session.OutputMetadata, tensor, "detector");
                }

                break;
            default:
                throw new ArgumentException($"Unknown manifest {manifest.GetType().Name}.", nameof(manifest));
        }
    }

    private static void VerifyInput(ModelManifest manifest, IReadOnlyDictionary<string, NodeMetadata> inputs)
    {
        var input = manifest.Input;
        if (inputs.Count != 1 || !inputs.TryGetValue(input.Tensor, out var node))
        {
            throw new ModelException(
                manifest.ManifestFile,
                $"It names the input tensor \"{input.Tensor}\", but the inputs of {Path.GetFileName(manifest.OnnxFile)} are {Names(inputs)} (exactly one is needed).",
                Remedy);
        }

        if (node.ElementType != typeof(float))
        {
            throw new ModelException(manifest.ManifestFile, $"The input tensor \"{input.Tensor}\" holds {node.ElementType.Name}, not float32.", Remedy);
        }

        var stated = input.Shape(input.Batch, input.WidthPixels, input.HeightPixels);
        var actual = node.Dimensions;
        var fits = actual.Length == stated.Length;
        for (var i = 0; fits && i < actual.Length; i++)
        {
            // A free dimension of the graph takes any size; a fixed one must be stated as it is.
            fits = actual[i] < 0 || actual[i] == stated[i];
        }

        if (!fits)
        {
            throw new ModelException(
                manifest.ManifestFile,
                $"'input.shape' is {Text(stated)} in {(input.Format.Layout == TensorLayout.Nchw ? "NCHW" : "NHWC")}, but the tensor \"{input.Tensor}\" has shape {Text(actual.Select(size => (long)size))} (-1 is free).",
                Remedy);
        }
    }

    private static void VerifyHead(ModelManifest manifest, ModelHead head, NodeMetadata node)
    {
        var dimensions = node.Dimensions;
        if (dimensions.Length != 2 || (dimensions[1] > 0 && dimensions[1] != head.Labels.Count))
        {
            throw new ModelException(
                manifest.ManifestFile,
                $"Head {head.Task} has {head.Labels.Count} labels, but the tensor \"{head.Tensor}\" has shape {Text(dimensions.Select(size => (long)size))}.",
                Remedy);
        }
    }

    private static NodeMetadata Output(ModelManifest manifest, IReadOnlyDictionary<string, NodeMetadata> outputs, string tensor, string what)
    {
        if (!outputs.TryGetValue(tensor, out var node))
        {
            throw new ModelException(
                manifest.ManifestFile,
                $"Its {what} names the output tensor \"{tensor}\", but the outputs of {Path.GetFileName(manifest.OnnxFile)} are {Names(outputs)}.",
                Remedy);
        }

        return node.ElementType == typeof(float)
            ? node
            : throw new ModelException(manifest.ManifestFile, $"The output tensor \"{tensor}\" holds {node.ElementType.Name}, not float32.", Remedy);
    }

    private static string Names(IReadOnlyDictionary<string, NodeMetadata> nodes) => string.Join(", ", nodes.Keys.Select(name => $"\"{name}\""));

    private static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}

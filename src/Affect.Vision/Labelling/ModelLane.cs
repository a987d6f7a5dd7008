using Affect.Core.Labels;
using Affect.Vision.Alignment;
using Affect.Vision.Detection;
using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Affect.Vision.Pixels;

namespace Affect.Vision.Labelling;

/// <summary>
/// One model in one lane: collects crops and runs them in batches of a few fixed sizes, so that buffers and the runtime's memory plan are reused. A face's result does not
/// depend on the batch it was in.
/// </summary>
internal sealed class ModelLane : IDisposable
{
    private readonly OrtSession _session;
    private readonly string[] _tensors;
    private readonly int[] _sizes;
    private readonly Dictionary<int, OrtBinding> _bindings = [];
    private readonly CropSampler _sampler = new();
    private readonly float[] _values = new float[Math.Max(LabelSchema.Expressions.Count, LabelSchema.ActionUnits.Count)];

    public ModelLane(OrtSession session, AffectManifest manifest, int batchFaces)
    {
        _session = session;
        Manifest = manifest;
        _tensors = [.. manifest.Heads.Select(head => head.Tensor)];
        BatchFaces = batchFaces;
        _sizes = !session.RunsFullBatches ? BatchPlan.Sizes(batchFaces) : [manifest.Input.Batch > 0 ? manifest.Input.Batch : batchFaces];
    }

    public AffectManifest Manifest { get; }

    /// <summary>Faces that <see cref="Collect"/> has room for.</summary>
    public int BatchFaces { get; }

    private float[] Crops { get; set; } = [];

    private int CropLength => 3 * Manifest.Input.WidthPixels * Manifest.Input.HeightPixels;

    /// <summary>Cuts a face out and keeps the crop at a position from 0 to <see cref="BatchFaces"/> - 1.</summary>
    public void Collect(in PlanarImage image, in FaceDetection face, int position)
    {
        var input = Manifest.Input;
        if (Crops.Length == 0)
        {
            Crops = new float[BatchFaces * CropLength];
        }

        var crop = FaceAlignment.Crop(Manifest.Crop, face, input.WidthPixels, input.HeightPixels);
        _sampler.Sample(image, crop, input.Format, Crops.AsSpan(position * CropLength, CropLength), input.WidthPixels, input.HeightPixels);
    }

    /// <summary>Runs the first <paramref name="count"/> crops and adds this model's results to the sums.</summary>
    public void Run(int count, ReadOnlySpan<ScoreSum> sums)
    {
        for (var first = 0; first < count;)
        {
            var size = BatchPlan.Next(_sizes, count - first);
            var used = Math.Min(size, count - first);
            var binding = Binding(size);
            Crops.AsSpan(first * CropLength, used * CropLength).CopyTo(binding.Input);
            binding.Run();
            for (var h = 0; h < Manifest.Heads.Count; h++)
            {
                var head = Manifest.Heads[h];
                var raw = binding.Output(h);
                for (var i = 0; i < used; i++)
                {
                    var values = _values.AsSpan(0, head.Labels.Count);
                    HeadActivations.Apply(head, raw.Slice(i * head.Labels.Count, head.Labels.Count), values);
                    Check(head, values);
                    sums[first + i].Add(head, values);
                }
            }

            first += used;
        }
    }

    public void Dispose()
    {
        foreach (var binding in _bindings.Values)
        {
            binding.Dispose();
        }
    }

    private void Check(ModelHead head, ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (float.IsNaN(value))
            {
                throw new ModelException(
                    Manifest.OnnxFile, $"Its output \"{head.Tensor}\" is NaN for a face.", "The model overflows on real input: use a float32 model, or export it again.");
            }
        }
    }

    private OrtBinding Binding(int size)
    {
        if (!_bindings.TryGetValue(size, out var binding))
        {
            binding = _session.Bind(size, Manifest.Input.WidthPixels, Manifest.Input.HeightPixels, _tensors);
            _bindings.Add(size, binding);
        }

        return binding;
    }
}

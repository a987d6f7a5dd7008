using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Affect.Vision.Pixels;

namespace Affect.Vision.Detection;

/// <summary>
/// The lane object: samples the frame for each pass, runs the network, decodes, looks again at small or doubtful boxes, and merges. See
/// docs/detectors.md for why the default detector's passes are what they are.
/// </summary>
internal sealed class FaceDetector : IFaceDetector
{
    private readonly OrtSession _session;
    private readonly DetectorManifest _manifest;
    private readonly DetectionDecoder _decoder;
    private readonly RegionSampler[] _samplers;
    private readonly Dictionary<(int Batch, int Width, int Height), OrtBinding> _bindings = [];
    private readonly (int Pass, int Factor)?[] _largerPass;
    private readonly TensorShrinker _shrinker = new();
    private readonly NonMaximumSuppression _suppression = new();
    private readonly PatchRefiner? _refiner;
    private readonly FrameFaces[] _frames;
    private readonly List<FaceDetection> _decoded = [];
    private readonly List<FaceDetection> _certain = [];
    private readonly List<FaceDetection> _doubtful = [];

    public FaceDetector(OrtSession session, DetectorManifest manifest, int frameBatch)
    {
        _session = session;
        _manifest = manifest;
        FrameBatch = frameBatch;
        _frames = [.. Enumerable.Range(0, frameBatch).Select(_ => new FrameFaces())];
        _decoder = DetectionDecoder.For(manifest);
        _largerPass = LargerPasses(manifest);
        // One sampler a pass keeps each pass's resampling weights from frame to frame.
        _samplers = [.. manifest.Layout.Passes.Select(_ => new RegionSampler())];
        if (manifest.Layout.Refinement is { } refinement)
        {
            _refiner = new PatchRefiner(refinement, manifest, _decoder, Binding(1, refinement.PatchPixels, refinement.PatchPixels));
        }
    }

    public int FrameBatch { get; }

    public void Detect(in PlanarImage image, List<FaceDetection> faces) =>
        Detect(new ReadOnlySpan<PlanarImage>(in image), new ReadOnlySpan<List<FaceDetection>>(in faces));

    public void Detect(ReadOnlySpan<PlanarImage> images, ReadOnlySpan<List<FaceDetection>> faces)
    {
        if (images.Length != faces.Length)
        {
            throw new ArgumentException("One list a frame is needed.", nameof(faces));
        }

        for (var i = 0; i < images.Length; i++)
        {
            if (images[i].WidthPixels != images[0].WidthPixels || images[i].HeightPixels != images[0].HeightPixels)
            {
                throw new ArgumentException("The frames of one call have one size.", nameof(images));
            }

            faces[i].Clear();
        }

        for (var first = 0; first < images.Length; first += FrameBatch)
        {
            var group = images.Slice(first, Math.Min(FrameBatch, images.Length - first));
            var batch = group.Length == FrameBatch || _session.RunsFullBatches ? FrameBatch : 1;
            for (var start = 0; start < group.Length; start += batch)
            {
                var run = group.Slice(start, Math.Min(batch, group.Length - start));
                for (var pass = 0; pass < _samplers.Length; pass++)
                {
                    RunPass(run, _frames.AsSpan(start, run.Length), pass, batch);
                }
            }

            for (var i = 0; i < group.Length; i++)
            {
                Finish(group[i], _frames[i], faces[first + i]);
            }
        }
    }

    public void Dispose()
    {
        foreach (var binding in _bindings.Values)
        {
            binding.Dispose();
        }
    }

    private void RunPass(ReadOnlySpan<PlanarImage> images, ReadOnlySpan<FrameFaces> frames, int pass, int batch)
    {
        var layout = _manifest.Layout;
        var limits = layout.Passes[pass];
        var (width, height, step) = Geometry(images[0], limits);
        var binding = Binding(batch, width, height);
        for (var i = 0; i < images.Length; i++)
        {
            Fill(images[i], pass, batch, i, binding.Image(i), width, height, step);
        }

        binding.Run();
        var threshold = layout.Refinement?.CandidateThreshold ?? layout.ScoreThreshold;
        for (var i = 0; i < images.Length; i++)
        {
            _decoded.Clear();
            _decoder.Decode(binding, i, width, height, threshold, _decoded);
            Split(limits, step, frames[i]);
        }
    }

    /// <summary>Fills a pass's input: out of an earlier pass's where that shows the frame a whole number of times larger, else out of the frame.</summary>
    private void Fill(in PlanarImage image, int pass, int batch, int position, Span<float> tensor, int width, int height, double step)
    {
        var format = _manifest.Input.Format;
        if (_largerPass[pass] is { } larger)
        {
            var (fromWidth, fromHeight, fromStep) = Geometry(image, _manifest.Layout.Passes[larger.Pass]);
            // An enlarged frame is interpolated, and averaging that would blur it.
            if (fromStep >= 1)
            {
                _shrinker.Shrink(
                    Binding(batch, fromWidth, fromHeight).Image(position), fromWidth, fromHeight, Inside(image, fromWidth, fromHeight, fromStep), larger.Factor,
                    format, tensor, width, height, Inside(image, width, height, step));
                return;
            }
        }

        _samplers[pass].Sample(image, 0, 0, step, format, tensor, width, height);
    }

    private static (int Columns, int Rows) Inside(in PlanarImage image, int width, int height, double step) =>
        (AxisTaps.Inside(width, image.WidthPixels, 0, step).End, AxisTaps.Inside(height, image.HeightPixels, 0, step).End);

    /// <summary>For each pass the earlier pass that is the smallest whole multiple of its size, and that multiple; null where there is none.</summary>
    private static (int Pass, int Factor)?[] LargerPasses(DetectorManifest manifest)
    {
        var passes = manifest.Layout.Passes;
        var larger = new (int, int)?[passes.Count];
        if (!manifest.Input.HasFreeSize || manifest.Input.Format.Layout != TensorLayout.Nchw)
        {
            return larger;
        }

        for (var pass = 1; pass < passes.Count; pass++)
        {
            var size = passes[pass].LongSidePixels;
            larger[pass] = Enumerable.Range(0, pass)
                .Where(p => passes[p].LongSidePixels > size && passes[p].LongSidePixels % size == 0)
                .OrderBy(p => passes[p].LongSidePixels)
                .Select(p => ((int, int)?)(p, passes[p].LongSidePixels / size))
                .FirstOrDefault();
        }

        return larger;
    }

    /// <summary>Adds a pass's boxes, in frame pixels, to the faces that are certain or to those that need a second look.</summary>
    private void Split(DetectorPass limits, double step, FrameFaces frame)
    {
        var layout = _manifest.Layout;
        var secondLookBelow = layout.Refinement?.MaxBoxPixels ?? 0;
        _certain.Clear();
        _doubtful.Clear();
        foreach (var face in _decoded)
        {
            var side = face.LongSide;
            if (!(face.Width > 0 && face.Height > 0 && side >= limits.MinBoxPixels && side <= limits.MaxBoxPixels))
            {
                continue;
            }

            if (side <= secondLookBelow)
            {
                _doubtful.Add(face.Mapped(step, 0, 0));
            }
            else if (face.Score >= layout.ScoreThreshold)
            {
                _certain.Add(face.Mapped(step, 0, 0));
            }
        }

        _suppression.Merge(_certain, layout.NmsOverlap, layout.NmsWeighted);
        frame.Certain.AddRange(_certain);
        _suppression.Merge(_doubtful, layout.NmsOverlap, layout.NmsWeighted);
        frame.Doubtful.AddRange(_doubtful);
    }

    private void Finish(in PlanarImage image, FrameFaces frame, List<FaceDetection> faces)
    {
        var overlap = _manifest.Layout.NmsOverlap;
        faces.AddRange(frame.Certain);
        if (frame.Doubtful.Count > 0)
        {
            _suppression.Merge(frame.Doubtful, overlap, weighted: false);
            _refiner!.Confirm(image, frame.Doubtful, faces);
        }

        // Different looks at the same face: the most certain one counts.
        _suppression.Merge(faces, overlap, weighted: false);
        frame.Certain.Clear();
        frame.Doubtful.Clear();
    }

    private (int Width, int Height, double Step) Geometry(in PlanarImage image, DetectorPass pass)
    {
        var input = _manifest.Input;
        if (!input.HasFreeSize)
        {
            var fit = Math.Max((double)image.WidthPixels / input.WidthPixels, (double)image.HeightPixels / input.HeightPixels);
            return (input.WidthPixels, input.HeightPixels, fit);
        }

        var step = (double)Math.Max(image.WidthPixels, image.HeightPixels) / pass.LongSidePixels;
        var multiple = _manifest.Layout.SizeMultiple;
        int RoundUp(int pixels) => Math.Max(1, (int)Math.Ceiling((pixels / step / multiple) - 1e-6)) * multiple;
        return (RoundUp(image.WidthPixels), RoundUp(image.HeightPixels), step);
    }

    private OrtBinding Binding(int batch, int width, int height)
    {
        if (!_bindings.TryGetValue((batch, width, height), out var binding))
        {
            binding = _session.Bind(batch, width, height, _decoder.Tensors);
            _bindings.Add((batch, width, height), binding);
            _decoder.CheckShapes(_manifest, binding, width, height);
        }

        return binding;
    }

    /// <summary>What the passes have found in one frame of the group so far.</summary>
    private sealed class FrameFaces
    {
        public List<FaceDetection> Certain { get; } = [];

        public List<FaceDetection> Doubtful { get; } = [];
    }
}

using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Core.Tracking;
using Affect.Vision.Decoding;
using Affect.Vision.Detection;
using Affect.Vision.Labelling;
using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Affect.Vision.Processing;

namespace Affect.Engine.Models;

/// <summary>
/// The detector and the affect model(s) of a run: their descriptions, checked against their files. Loading them into a device is a step of its own
/// (<see cref="Open"/>), so that a run's identity is known without starting a GPU.
/// </summary>
public sealed class ModelSet
{
    private ModelSet(DetectorManifest detector, IReadOnlyList<AffectManifest> affect)
    {
        Detector = detector;
        Affect = affect;
    }

    public DetectorManifest Detector { get; }

    /// <summary>In the order given; their outputs are averaged.</summary>
    public IReadOnlyList<AffectManifest> Affect { get; }

    /// <summary>Probability from which each of <see cref="LabelSchema.ActionUnits"/> counts as active: the mean over the models that have it, else 0.5.</summary>
    public IReadOnlyList<float> ActionUnitThresholds => [.. LabelSchema.ActionUnits.Select(ThresholdOf)];

    /// <summary>Reads the descriptions of the models named.</summary>
    /// <exception cref="ModelException">A model is not there, or its description and its file do not agree.</exception>
    public static ModelSet Load(ModelLocator locator, string? detector, IReadOnlyList<string> affect)
    {
        string Find(string name) => locator.Find(name) ?? throw new ModelException(
            name, "there is no such model", $"give a folder with a model.json, or one of: {string.Join(", ", locator.Names())}");
        var names = affect.Count > 0 ? affect : [ModelLocator.DefaultAffectModel];
        return new ModelSet(
            ModelManifest.LoadDetector(Find(detector ?? ModelLocator.DefaultDetector)),
            [.. names.Select(name => ModelManifest.LoadAffect(Find(name)))]);
    }

    /// <summary>The part of a run's identity that the models are.</summary>
    public RunConfiguration Configure(Sampling sampling, SmoothingOptions? smoothing) => new()
    {
        Sampling = sampling,
        Detector = new DetectorConfiguration(
            IdentityOf(Detector), Detector.Layout.ScoreThreshold, Detector.Layout.NmsOverlap, MinimumFacePixels: 0),
        AffectModels = [.. Affect.Select(IdentityOf)],
        Smoothing = smoothing,
    };

    /// <summary>Loads the models into a device and tests them with their golden inputs.</summary>
    /// <exception cref="ModelException">A model does not do what its description says.</exception>
    /// <exception cref="DeviceException">The device asked for is not there.</exception>
    public LanePipeline Open(DeviceSpec device, ChunkDecoder decoder, DecodeOptions options, string modelKey)
    {
        var isCpu = device.Kind == DeviceKind.Cpu;
        var detector = FaceDetectorModel.Open(Detector, device);
        try
        {
            var labeller = AffectLabeller.Open(Affect, Detector, device, new LabellerOptions { BatchFaces = isCpu ? LabellerOptions.DefaultBatchFaces : 64 });
            return new LanePipeline(detector, labeller, decoder, options, modelKey, isCpu ? 1 : 16);
        }
        catch
        {
            detector.Dispose();
            throw;
        }
    }

    private static ModelIdentity IdentityOf(ModelManifest manifest) => new(manifest.Name, manifest.Version, manifest.Sha256, manifest.Identity);

    private float ThresholdOf(string unit)
    {
        var values = Affect
            .SelectMany(m => m.Heads)
            .Where(h => h.Task == AffectTask.ActionUnits && h.Thresholds.Count == h.Labels.Count)
            .Select(h => (Head: h, Index: h.Labels.ToList().FindIndex(l => string.Equals(l, unit, StringComparison.OrdinalIgnoreCase))))
            .Where(x => x.Index >= 0)
            .Select(x => x.Head.Thresholds[x.Index])
            .ToArray();
        return values.Length > 0 ? values.Average() : 0.5f;
    }
}

using Affect.Core.Planning;
using Affect.Vision.Decoding;
using Affect.Vision.Detection;
using Affect.Vision.Labelling;
using Affect.Vision.Models;

namespace Affect.Vision.Processing;

/// <summary>
/// What all lanes of a process share: the loaded models and the decoder's settings. Thread-safe; disposed of after its lanes.
/// </summary>
public sealed class LanePipeline : IDisposable
{
    private readonly FaceDetectorModel _detector;
    private readonly AffectLabeller _labeller;
    private readonly ChunkDecoder _decoder;
    private readonly DecodeOptions _options;
    private readonly int _frameBatch;
    private readonly string _modelKey;

    /// <param name="detector">Loaded detector; owned from here on.</param>
    /// <param name="labeller">Loaded affect model(s); owned from here on.</param>
    /// <param name="decoder">Decodes chunks.</param>
    /// <param name="options">How it decodes.</param>
    /// <param name="modelKey">What the rows' model column says.</param>
    /// <param name="frameBatch">Frames a detector run: 1 on a CPU, more on a GPU.</param>
    public LanePipeline(FaceDetectorModel detector, AffectLabeller labeller, ChunkDecoder decoder, DecodeOptions options, string modelKey, int frameBatch)
    {
        _detector = detector;
        _labeller = labeller;
        _decoder = decoder;
        _options = options;
        _modelKey = modelKey;
        _frameBatch = frameBatch;
    }

    /// <summary>What the user should know of the models as they were loaded.</summary>
    public IReadOnlyList<string> Notes =>
    [
        .. (_detector.UsesCpuToo ? [_detector.Manifest] : Enumerable.Empty<ModelManifest>()).Concat(_labeller.UseCpuToo)
            .Select(model => $"{model.Name}: {_detector.Device} lacks some of its operators, which run on the CPU"),
    ];

    /// <summary>A processor for one lane.</summary>
    public ChunkProcessor CreateLane() => new(_decoder, _options, _detector.CreateLane(_frameBatch), _labeller.CreateLane(), _modelKey);

    public void Dispose()
    {
        _labeller.Dispose();
        _detector.Dispose();
    }
}

using Affect.Engine.Models;
using Affect.Vision.Decoding;
using Affect.Vision.Onnx;
using Affect.Vision.Processing;

namespace Affect.Engine.Serving;

/// <summary>
/// The models that a worker has loaded: once for each set of models, shared by all runs and lanes, kept until the worker ends. Thread-safe; disposed of after the lanes.
/// </summary>
/// <param name="device">Where models run.</param>
/// <param name="decoder">Decodes chunks for all of them; owned from here on.</param>
/// <param name="options">How it decodes.</param>
/// <param name="tell">Told what the user should know of models as they are loaded.</param>
public sealed class PipelinePool(DeviceSpec device, ChunkDecoder decoder, DecodeOptions options, Action<string>? tell = null) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LanePipeline> _pipelines = new(StringComparer.Ordinal);

    /// <summary>The pipeline of these models; loads them into the device and tests them where that was not done.</summary>
    /// <exception cref="Vision.Models.ModelException">A model does not do what its description says.</exception>
    public LanePipeline Open(ModelSet models, string modelKey)
    {
        var key = $"{models.Detector.Sha256} {models.Detector.Identity} {modelKey}";
        lock (_gate)
        {
            if (!_pipelines.TryGetValue(key, out var pipeline))
            {
                pipeline = models.Open(device, decoder, options, modelKey);
                _pipelines.Add(key, pipeline);
                foreach (var note in pipeline.Notes)
                {
                    tell?.Invoke(note);
                }
            }

            return pipeline;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pipeline in _pipelines.Values)
        {
            pipeline.Dispose();
        }

        await decoder.DisposeAsync().ConfigureAwait(false);
    }
}

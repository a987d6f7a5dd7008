using Affect.Vision.Detection;
using Affect.Vision.Pixels;

namespace Affect.Vision.Labelling;

/// <summary>
/// Labels the faces of one lane: collects crops into batches across frames and videos, and gives results in the order in which the faces came. Not thread safe. A face's
/// result does not depend on the faces it was batched with.
/// </summary>
public sealed class LabellingLane : IDisposable
{
    private readonly ModelLane[] _models;
    private readonly ScoreSum[] _sums;
    private readonly long[] _tokens;
    private readonly IReadOnlyList<Models.AffectManifest> _manifests;
    private int _pending;

    internal LabellingLane(ModelLane[] models)
    {
        _models = models;
        _manifests = [.. models.Select(model => model.Manifest)];
        _tokens = new long[models[0].BatchFaces];
        _sums = [.. _tokens.Select(_ => new ScoreSum())];
    }

    /// <summary>Faces that are waiting for a full batch.</summary>
    public int Pending => _pending;

    /// <summary>Takes a face. The frame's memory is not needed after the call. When this fills the batch, the results of the whole batch are appended.</summary>
    /// <param name="token">Comes back with the result.</param>
    public void Add(in PlanarImage image, in FaceDetection face, long token, ICollection<LabelledFace> results)
    {
        foreach (var model in _models)
        {
            model.Collect(image, face, _pending);
        }

        _tokens[_pending++] = token;
        if (_pending == _tokens.Length)
        {
            Flush(results);
        }
    }

    /// <summary>Labels the faces that are waiting and appends their results.</summary>
    public void Flush(ICollection<LabelledFace> results)
    {
        if (_pending == 0)
        {
            return;
        }

        var count = _pending;
        _pending = 0;
        foreach (var model in _models)
        {
            model.Run(count, _sums);
        }

        for (var i = 0; i < count; i++)
        {
            results.Add(new LabelledFace(_tokens[i], _sums[i].Take(_manifests)));
        }
    }

    public void Dispose()
    {
        foreach (var model in _models)
        {
            model.Dispose();
        }
    }
}

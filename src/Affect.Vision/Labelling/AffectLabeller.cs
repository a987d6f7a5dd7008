using Affect.Core.Labels;
using Affect.Vision.Models;
using Affect.Vision.Onnx;

namespace Affect.Vision.Labelling;

/// <summary>How faces are labelled. Nothing here changes results.</summary>
public sealed class LabellerOptions
{
    public const int DefaultBatchFaces = 16;

    /// <summary>Faces per run of a model, 1 to 1024. Default 16; a GPU wants 64 or more.</summary>
    public int BatchFaces { get; init; } = DefaultBatchFaces;

    /// <summary>Threads inside of a run, from 1. Default 1: lanes run side by side.</summary>
    public int IntraOpThreads { get; init; } = 1;
}

/// <summary>
/// The affect model, or several models of the same tasks whose results are averaged. Shared by all lanes; thread safe. Dispose it after its lanes.
/// </summary>
public sealed class AffectLabeller : IDisposable
{
    private readonly IReadOnlyList<OrtSession> _sessions;
    private readonly LabellerOptions _options;

    private AffectLabeller(IReadOnlyList<AffectManifest> manifests, IReadOnlyList<OrtSession> sessions, LabellerOptions options)
    {
        Manifests = manifests;
        _sessions = sessions;
        _options = options;
    }

    public IReadOnlyList<AffectManifest> Manifests { get; }

    /// <summary>Of the models: those that <see cref="OrtSession.UsesCpuToo"/> holds of.</summary>
    public IEnumerable<ModelManifest> UseCpuToo => _sessions.Where(session => session.UsesCpuToo).Select(session => session.Manifest);

    /// <summary>Loads, checks and self-tests the models. Throws <see cref="ModelException"/> or <see cref="DeviceException"/>.</summary>
    /// <param name="detector">The detector whose faces will be labelled: one without landmarks cannot serve a model that aligns by landmarks.</param>
    public static AffectLabeller Open(
        IReadOnlyList<AffectManifest> manifests, DetectorManifest detector, DeviceSpec device, LabellerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfZero(manifests.Count);
        if (options.BatchFaces is < 1 or > 1024)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.BatchFaces, "BatchFaces must be from 1 to 1024.");
        }

        foreach (var manifest in manifests)
        {
            if (manifest.Crop is FaceCrop.Similarity && !detector.Layout.HasLandmarks)
            {
                throw new ModelException(
                    manifest.ManifestFile,
                    $"It aligns faces by landmarks, but the detector {detector.Name} gives boxes only.",
                    "Use a detector with landmarks, or a model whose crop is a box.");
            }

            RequireSameTasks(manifests[0], manifest);
        }

        var sessions = new List<OrtSession>();
        try
        {
            foreach (var manifest in manifests)
            {
                sessions.Add(OrtSession.Open(manifest, device, options.IntraOpThreads));
            }
        }
        catch
        {
            sessions.ForEach(session => session.Dispose());
            throw;
        }

        return new AffectLabeller(manifests, sessions, options);
    }

    /// <summary>A labeller object for one lane.</summary>
    public LabellingLane CreateLane() => new([.. _sessions.Select(session => new ModelLane(session, (AffectManifest)session.Manifest, _options.BatchFaces))]);

    public void Dispose()
    {
        foreach (var session in _sessions)
        {
            session.Dispose();
        }
    }

    /// <summary>Averaging is only meaningful where the models answer the same questions with the same choices.</summary>
    private static void RequireSameTasks(AffectManifest first, AffectManifest other)
    {
        foreach (var head in other.Heads)
        {
            if (first.Heads.FirstOrDefault(match => match.Task == head.Task) is { } twin && !twin.Labels.ToHashSet(StringComparer.Ordinal).SetEquals(head.Labels))
            {
                throw new ModelException(
                    other.ManifestFile,
                    $"Its {head.Task} head has the labels {string.Join(", ", head.Labels)}, but {first.Name} has {string.Join(", ", twin.Labels)}.",
                    "Average only models with the same labels.");
            }
        }
    }
}

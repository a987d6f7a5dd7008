using Affect.Vision.Models;
using Affect.Vision.Onnx;

namespace Affect.Vision.Detection;

/// <summary>
/// A detector that is loaded and self-tested, shared by all lanes. Thread safe. Dispose it after its lanes.
/// </summary>
public sealed class FaceDetectorModel : IDisposable
{
    private const int CheckSidePixels = 128;

    private readonly OrtSession _session;

    private FaceDetectorModel(DetectorManifest manifest, OrtSession session)
    {
        Manifest = manifest;
        _session = session;
    }

    public DetectorManifest Manifest { get; }

    public DeviceSpec Device => _session.Device;

    /// <summary>See <see cref="OrtSession.UsesCpuToo"/>.</summary>
    public bool UsesCpuToo => _session.UsesCpuToo;

    /// <summary>Loads the detector on a device. Throws <see cref="ModelException"/> or <see cref="DeviceException"/>.</summary>
    public static FaceDetectorModel Open(DetectorManifest manifest, DeviceSpec device, int intraOpThreads = 1)
    {
        var session = OrtSession.Open(manifest, device, intraOpThreads);
        try
        {
            var (width, height) = manifest.Input.HasFreeSize ? (CheckSidePixels, CheckSidePixels) : (manifest.Input.WidthPixels, manifest.Input.HeightPixels);
            var decoder = DetectionDecoder.For(manifest);
            using var binding = session.Bind(Math.Max(1, manifest.Input.Batch), width, height, decoder.Tensors);
            decoder.CheckShapes(manifest, binding, width, height);
            return new FaceDetectorModel(manifest, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>A detector object for one lane.</summary>
    /// <param name="frameBatch">Frames per run of the network. 1 is best on a CPU; a GPU wants 8 to 32. It does not change results.</param>
    public IFaceDetector CreateLane(int frameBatch = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameBatch, 1);
        var fixedBatch = Manifest.Input.Batch;
        if (fixedBatch > 0 && frameBatch % fixedBatch != 0)
        {
            throw new ModelException(
                Manifest.ManifestFile, $"Its batch is fixed to {fixedBatch}, but {frameBatch} frames a run were asked for.", $"Use a frame batch of {fixedBatch}, or a model whose batch is free (-1).");
        }

        return new FaceDetector(_session, Manifest, fixedBatch > 0 ? fixedBatch : frameBatch);
    }

    public void Dispose() => _session.Dispose();
}

using Affect.Vision.Detection;
using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Affect.Vision.Pixels;

namespace Affect.Benchmarks.Detectors;

/// <summary>A detector on the CPU, one thread, that keeps the CPU time of every frame.</summary>
internal sealed class TimedDetector : IDisposable
{
    private readonly FaceDetectorModel _model;
    private readonly IFaceDetector _detector;
    private readonly List<FaceDetection> _faces = [];

    public TimedDetector(string folder)
    {
        _model = FaceDetectorModel.Open(ModelManifest.LoadDetector(folder), DeviceSpec.Cpu);
        _detector = _model.CreateLane();
    }

    public string Name => _model.Manifest.Name;

    /// <summary>The faces of a frame, by descending score, until the next one; and the CPU time that they took.</summary>
    public IReadOnlyList<FaceDetection> Detect(in PlanarImage image, out double milliseconds)
    {
        // CPU time: what else the machine does must not count. Nothing else in this process runs meanwhile.
        var before = Environment.CpuUsage.TotalTime;
        _detector.Detect(image, _faces);
        milliseconds = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
        return _faces;
    }

    public static double Median(IReadOnlyCollection<double> values) => values.Count == 0 ? double.NaN : values.Order().ElementAt(values.Count / 2);

    public void Dispose()
    {
        _detector.Dispose();
        _model.Dispose();
    }
}

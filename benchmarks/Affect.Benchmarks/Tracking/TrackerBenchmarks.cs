using Affect.Core.Tracking;
using BenchmarkDotNet.Attributes;

namespace Affect.Benchmarks.Tracking;

/// <summary>A minute at 25 frames a second with faces that walk about: time and allocation of the tracker alone.</summary>
[MemoryDiagnoser]
public class TrackerBenchmarks
{
    private const int Frames = 1500;

    private FaceObservation[][] _frames = [];

    [Params(1, 5, 20)]
    public int Faces { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var looks = Enumerable.Range(0, Faces).Select(_ => Enumerable.Range(0, 64).Select(_ => (byte)random.Next(256)).ToArray()).ToArray();
        _frames = [.. Enumerable.Range(0, Frames).Select(frame => Enumerable.Range(0, Faces).Select(face => new FaceObservation(
            100 + (90.0 * face) + (40 * Math.Sin((frame * 0.02) + face)) + random.NextDouble(), 300 + (40 * Math.Cos(frame * 0.03)), 60, 80, looks[face])).ToArray())];
    }

    [Benchmark(OperationsPerInvoke = Frames)]
    public int Frame()
    {
        var tracker = new FaceTracker(TrackerOptions.Default);
        var last = 0;
        for (var frame = 0; frame < Frames; frame++)
        {
            last = tracker.Next(frame * 0.04, _frames[frame])[0];
        }

        return last;
    }
}

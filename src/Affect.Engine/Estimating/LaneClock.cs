using System.Diagnostics;
using Affect.Core.Processing;

namespace Affect.Engine.Estimating;

/// <summary>Times one lane's frames: the first one, which waits for the decoder to start, apart from the others.</summary>
internal sealed class LaneClock : IChunkObserver
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private double _firstSeconds;
    private double _lastSeconds;
    private int _first;

    public int Frames { get; private set; }

    public int Faces { get; private set; }

    /// <summary>Frames a second once the lane runs.</summary>
    public double FramesPerSecond => Frames > _first && _lastSeconds > _firstSeconds
        ? (Frames - _first) / (_lastSeconds - _firstSeconds)
        : _lastSeconds > 0 ? Frames / _lastSeconds : 0;

    /// <summary>Time that the first frames took more than they would later.</summary>
    public double StartSeconds => FramesPerSecond > 0 ? Math.Max(0, _firstSeconds - (_first / FramesPerSecond)) : 0;

    public void Advanced(int frames, int faces, StageTimings spent)
    {
        var now = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        if (Frames == 0)
        {
            (_first, _firstSeconds) = (frames, now);
        }

        Frames += frames;
        Faces += faces;
        _lastSeconds = now;
    }
}

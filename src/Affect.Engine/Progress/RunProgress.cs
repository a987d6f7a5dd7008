using Affect.Core.Processing;

namespace Affect.Engine.Progress;

/// <summary>What a run is doing. Stored in status files: values are never renumbered.</summary>
public enum RunPhase
{
    Unknown = 0,
    Scanning = 1,
    Probing = 2,
    Labelling = 3,
    Finalising = 4,
    Done = 5,
}

/// <summary>What one worker is doing now.</summary>
/// <param name="Name">Worker name.</param>
/// <param name="Chunk">Chunk in hand, or null when idle.</param>
/// <param name="Video">Video in hand, or null when idle.</param>
/// <param name="FramesDone">Frames of the chunk done so far.</param>
/// <param name="FramesTotal">Frames of the chunk to label.</param>
public sealed record WorkerState(string Name, string? Chunk, string? Video, long FramesDone, long FramesTotal);

/// <summary>One look at a run.</summary>
public sealed record RunSnapshot(
    RunPhase Phase,
    TimeSpan Elapsed,
    long UnitsDone,
    long UnitsTotal,
    long FramesDone,
    long FramesTotal,
    long FramesBefore,
    long Faces,
    int FailedAttempts,
    StageTimings Timings,
    IReadOnlyList<WorkerState> Workers);

/// <summary>
/// The live figures of a run on this machine. Lanes write, the display reads; thread-safe. Units are videos while scanning, probing and
/// finalising, chunks while labelling.
/// </summary>
public sealed class RunProgress(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<Lane> _lanes = [];
    private long _started = time.GetTimestamp();
    private RunPhase _phase;
    private long _unitsDone;
    private long _unitsTotal;
    private long _framesDone;
    private long _framesTotal;
    private long _framesBefore;
    private long _faces;
    private int _failedAttempts;
    private StageTimings _timings;

    /// <summary>Starts a phase: its clock and counters begin at zero.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="units">Videos or chunks to do in it.</param>
    /// <param name="frames">Frames to label in it.</param>
    /// <param name="framesBefore">Frames of chunks that were complete before.</param>
    public void Enter(RunPhase phase, long units, long frames = 0, long framesBefore = 0)
    {
        lock (_gate)
        {
            (_phase, _unitsTotal, _unitsDone) = (phase, units, 0);
            (_framesTotal, _framesBefore) = (frames, framesBefore);
            if (phase == RunPhase.Labelling)
            {
                (_framesDone, _faces, _timings, _failedAttempts) = (0, 0, default, 0);
            }

            _started = time.GetTimestamp();
        }
    }

    public void UnitDone(bool failed = false)
    {
        lock (_gate)
        {
            _unitsDone++;
            _failedAttempts += failed ? 1 : 0;
        }
    }

    /// <summary>Adds a lane; its observer is used by one thread at a time.</summary>
    public Lane AddLane(string name)
    {
        lock (_gate)
        {
            var lane = new Lane(this, name);
            _lanes.Add(lane);
            return lane;
        }
    }

    public RunSnapshot Snapshot()
    {
        lock (_gate)
        {
            return new RunSnapshot(
                _phase, time.GetElapsedTime(_started), _unitsDone, _unitsTotal, _framesDone, _framesTotal, _framesBefore, _faces,
                _failedAttempts, _timings, [.. _lanes.Select(l => l.State)]);
        }
    }

    /// <summary>One worker's part in the figures.</summary>
    public sealed class Lane : IChunkObserver
    {
        private readonly RunProgress _owner;
        private long _chunkFrames;
        private long _chunkFaces;
        private StageTimings _chunkTimings;

        internal Lane(RunProgress owner, string name)
        {
            _owner = owner;
            State = new WorkerState(name, null, null, 0, 0);
        }

        internal WorkerState State { get; private set; }

        public void Begin(string chunk, string video, long frames)
        {
            lock (_owner._gate)
            {
                (_chunkFrames, _chunkFaces, _chunkTimings) = (0, 0, default);
                State = State with { Chunk = chunk, Video = video, FramesDone = 0, FramesTotal = frames };
            }
        }

        public void Advanced(int frames, int faces, StageTimings spent)
        {
            lock (_owner._gate)
            {
                _chunkFrames += frames;
                _chunkFaces += faces;
                _chunkTimings += spent;
                _owner._framesDone += frames;
                _owner._faces += faces;
                _owner._timings += spent;
                State = State with { FramesDone = _chunkFrames };
            }
        }

        /// <summary>The lane is idle again. Frames of an attempt that failed are taken back: another attempt will count them.</summary>
        public void End(bool completed)
        {
            lock (_owner._gate)
            {
                if (completed)
                {
                    _owner._unitsDone++;
                }
                else
                {
                    _owner._failedAttempts++;
                    _owner._framesDone -= _chunkFrames;
                    _owner._faces -= _chunkFaces;
                }

                State = State with { Chunk = null, Video = null, FramesDone = 0, FramesTotal = 0 };
            }
        }
    }
}

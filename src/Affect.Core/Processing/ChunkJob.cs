using Affect.Core.Corpora;
using Affect.Core.Failures;
using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Video;

namespace Affect.Core.Processing;

/// <summary>What a chunk processor needs to label one chunk. The identity of the video travels with every frame and row.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Entry">The video it belongs to.</param>
/// <param name="LocalPath">A local file (or folder of face frames) that holds the video's bytes.</param>
/// <param name="Info">The stream to decode.</param>
/// <param name="Index">All frames of the video.</param>
/// <param name="Sampling">Which of them are labelled.</param>
/// <param name="Known">Detections of an earlier run with the same detector and sampling, by frame; null to detect.</param>
public sealed record ChunkJob(
    ChunkSpec Chunk,
    CorpusEntry Entry,
    string LocalPath,
    VideoInfo Info,
    FrameIndex Index,
    Sampling Sampling,
    KnownDetections? Known = null);

/// <summary>Detections of an earlier run: rows of the same chunk, whose boxes and landmarks still hold.</summary>
public sealed record KnownDetections(IReadOnlyList<LabelRow> Rows);

/// <summary>What came of a chunk: rows, or a failure of the whole chunk.</summary>
public abstract record ChunkOutcome
{
    private ChunkOutcome()
    {
    }

    /// <summary>
    /// The chunk was decoded; every selected frame has at least one row (frames that did not come out of the decoder have a Failed row).
    /// </summary>
    /// <param name="Rows">Ordered by frame, then face.</param>
    /// <param name="SkippedFrames">Frames of the chunk that the sampling leaves out.</param>
    /// <param name="UnexpectedFrames">Pictures that the decoder gave but the packet index does not list; they have no row.</param>
    /// <param name="Problem">Set when frames failed: what ffmpeg said and how to reproduce it.</param>
    /// <param name="Timings">Where the time went.</param>
    public sealed record Labelled(
        IReadOnlyList<LabelRow> Rows, long SkippedFrames, long UnexpectedFrames, ChunkFailure? Problem, StageTimings Timings) : ChunkOutcome;

    /// <summary>Nothing of the chunk could be labelled; it may be tried again.</summary>
    public sealed record Failed(ChunkFailure Failure) : ChunkOutcome;
}

/// <summary>Wall seconds that a lane spent in each stage of one chunk.</summary>
/// <param name="FetchSeconds">Bringing the video to the machine.</param>
/// <param name="DecodeWaitSeconds">Waiting for ffmpeg's next frame.</param>
/// <param name="DetectSeconds">Face detection.</param>
/// <param name="LabelSeconds">Crops and the affect model(s).</param>
/// <param name="WriteSeconds">Parquet and storage.</param>
public readonly record struct StageTimings(
    double FetchSeconds, double DecodeWaitSeconds, double DetectSeconds, double LabelSeconds, double WriteSeconds)
{
    public static StageTimings operator +(StageTimings a, StageTimings b) => new(
        a.FetchSeconds + b.FetchSeconds,
        a.DecodeWaitSeconds + b.DecodeWaitSeconds,
        a.DetectSeconds + b.DetectSeconds,
        a.LabelSeconds + b.LabelSeconds,
        a.WriteSeconds + b.WriteSeconds);

    public double TotalSeconds => FetchSeconds + DecodeWaitSeconds + DetectSeconds + LabelSeconds + WriteSeconds;

    /// <summary>Name of the stage that took most of the time, or null before any.</summary>
    public string? Bottleneck
    {
        get
        {
            var best = new[]
            {
                ("fetch", FetchSeconds), ("decode", DecodeWaitSeconds), ("detect", DetectSeconds), ("label", LabelSeconds), ("write", WriteSeconds),
            }.MaxBy(s => s.Item2);
            return best.Item2 > 0 ? best.Item1 : null;
        }
    }
}

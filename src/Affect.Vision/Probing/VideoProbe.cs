using Affect.Core.Failures;
using Affect.Core.Video;

namespace Affect.Vision.Probing;

/// <summary>Something odd that was seen in a video and dealt with. Stored: values are never renumbered.</summary>
public enum ProbeAnomaly
{
    Unknown = 0,

    /// <summary>Packets that an edit list cuts away; they are no frames.</summary>
    DiscardedPackets = 1,

    /// <summary>Packets without a PTS; it was taken from the DTS or from a decode of the whole video.</summary>
    MissingPts = 2,

    /// <summary>Packets that share a PTS.</summary>
    RepeatedPts = 3,

    /// <summary>Time stamps that run backwards (joined recordings).</summary>
    NonMonotonicPts = 4,

    /// <summary>Packets before the first picture that can be decoded (a recording that starts in mid GOP).</summary>
    UndecodableHead = 5,

    /// <summary>Packets and pictures do not correspond (hidden frames, field pairs, packed B-frames): frames are known from a decode of the whole video.</summary>
    PacketsAreNotFrames = 6,

    /// <summary>Numbers missing in a folder of frames.</summary>
    MissingNumbers = 7,

    /// <summary>Files in a folder of frames that are no numbered pictures.</summary>
    IgnoredFiles = 8,

    /// <summary>More than one video stream; the default one, else the largest, was taken.</summary>
    SeveralVideoStreams = 9,

    /// <summary>The tool reported errors while it read the packets to their end: the file may be cut off.</summary>
    ReadErrors = 10,
}

/// <summary>How often an anomaly was seen.</summary>
public sealed record ProbeNote(ProbeAnomaly Anomaly, long Count);

/// <summary>Outcome of probing one video: found, or failed with the reason. Closed: there are no other cases.</summary>
public abstract record ProbeResult
{
    private ProbeResult()
    {
    }

    /// <param name="Video">What the stream is.</param>
    /// <param name="Index">Every frame that ffmpeg's decoder presents, in presentation order.</param>
    /// <param name="Notes">Anomalies seen.</param>
    public sealed record Found(VideoInfo Video, FrameIndex Index, IReadOnlyList<ProbeNote> Notes) : ProbeResult;

    public sealed record Failed(ChunkFailure Failure) : ProbeResult;
}

namespace Affect.Core.Failures;

/// <summary>Why a video, a chunk or a frame could not be labelled. Stored: values are never renumbered.</summary>
public enum FailureKind
{
    Unknown = 0,

    /// <summary>The file is not there or may not be read.</summary>
    Unreadable = 1,

    /// <summary>No container or codec that ffmpeg knows; zero bytes; wrong extension.</summary>
    NotAVideo = 2,

    /// <summary>The container holds no video stream (audio only, attached picture only).</summary>
    NoVideoStream = 3,

    /// <summary>The stream has no frames that could be presented (no time stamps, no packets).</summary>
    NoFrames = 4,

    /// <summary>The codec is known but this ffmpeg (or the hardware asked for) cannot decode it.</summary>
    UnsupportedCodec = 5,

    /// <summary>ffmpeg failed or gave fewer pictures than the packet index lists.</summary>
    Decode = 6,

    /// <summary>No answer within the time limit; the process was ended.</summary>
    Timeout = 7,

    /// <summary>The video changed since the manifest was made (content identity differs).</summary>
    ContentChanged = 8,

    /// <summary>Storage did not answer within its retries.</summary>
    Storage = 9,

    /// <summary>The worker holding the chunk vanished (lease expired).</summary>
    WorkerLost = 10,

    /// <summary>The model gave values that are not numbers.</summary>
    Model = 11,
}

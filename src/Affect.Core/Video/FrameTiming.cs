namespace Affect.Core.Video;

/// <summary>How a decoded picture is matched with its entry in the <see cref="FrameIndex"/>. Stored: values are never renumbered.</summary>
public enum FrameTiming
{
    Unknown = 0,

    /// <summary>By its PTS, exactly. The video can be cut into chunks.</summary>
    Pts = 1,

    /// <summary>
    /// By its place in a decode from the first packet on, because the stream's time stamps are missing, repeated or run backwards; the PTS in the index are
    /// repaired ones. Such a video is one chunk.
    /// </summary>
    Order = 2,
}

namespace Affect.Core.Video;

/// <summary>What ffprobe says of the one video stream that will be labelled.</summary>
/// <param name="Container">ffmpeg's format name.</param>
/// <param name="Codec">ffmpeg's codec name.</param>
/// <param name="PixelFormat">ffmpeg's pixel format name.</param>
/// <param name="StreamIndex">Index of the stream in the container.</param>
/// <param name="CodedWidth">Width before rotation, in pixels.</param>
/// <param name="CodedHeight">Height before rotation, in pixels.</param>
/// <param name="RotationDegrees">Clockwise rotation to apply for display: 0, 90, 180 or 270.</param>
/// <param name="TimeBase">Seconds a PTS tick.</param>
/// <param name="FrameRate">Average frame rate, frames a second.</param>
/// <param name="IsVariableFrameRate">Frame intervals differ by more than a tick's rounding.</param>
/// <param name="DurationSeconds">From first to last PTS plus one frame.</param>
/// <param name="ColourMatrix">bt601, bt709 or bt2020 (guessed from the size where untagged, as players do).</param>
/// <param name="IsFullRange">Luma uses 0..255 rather than 16..235.</param>
/// <param name="Timing">How decoded pictures are matched with the frame index.</param>
public sealed record VideoInfo(
    string Container,
    string Codec,
    string PixelFormat,
    int StreamIndex,
    int CodedWidth,
    int CodedHeight,
    int RotationDegrees,
    Rational TimeBase,
    Rational FrameRate,
    bool IsVariableFrameRate,
    double DurationSeconds,
    string ColourMatrix,
    bool IsFullRange,
    FrameTiming Timing = FrameTiming.Pts)
{
    /// <summary>Width of the upright picture, in pixels.</summary>
    public int Width => RotationDegrees is 90 or 270 ? CodedHeight : CodedWidth;

    /// <summary>Height of the upright picture, in pixels.</summary>
    public int Height => RotationDegrees is 90 or 270 ? CodedWidth : CodedHeight;
}

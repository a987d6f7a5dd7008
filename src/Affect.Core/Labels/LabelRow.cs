namespace Affect.Core.Labels;

/// <summary>
/// One row of the label table: one face in one frame, or a frame without a face, or a frame that could not be decoded.
/// Rows of a chunk are ordered by frame, then by face. Coordinates are pixels of the upright full-size frame, origin at the
/// top-left corner of the picture. Floats that are absent are <see cref="float.NaN"/> here and null in Parquet.
/// </summary>
public sealed record LabelRow
{
    /// <summary>The video's id in the manifest.</summary>
    public required string Video { get; init; }

    /// <summary>Rank of the frame in presentation order in the whole video, from 0.</summary>
    public required long Frame { get; init; }

    /// <summary>Presentation time stamp in units of the stream's time base.</summary>
    public required long Pts { get; init; }

    /// <summary>Presentation time in seconds: <c>Pts * time base</c>.</summary>
    public required double TimeSeconds { get; init; }

    public required FrameStatus Status { get; init; }

    /// <summary>Why the frame failed; null unless <see cref="FrameStatus.Failed"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>Index of the face in its frame, from 0, by descending detection score; -1 where there is none.</summary>
    public int Face { get; init; } = -1;

    /// <summary>Track id, unique in its video, given by the per-video pass; -1 before that and for tracks that are too short to keep.</summary>
    public int Track { get; init; } = -1;

    public float BoxX { get; init; } = float.NaN;
    public float BoxY { get; init; } = float.NaN;
    public float BoxWidth { get; init; } = float.NaN;
    public float BoxHeight { get; init; } = float.NaN;

    /// <summary>Detector's confidence in [0, 1].</summary>
    public float DetectionScore { get; init; } = float.NaN;

    /// <summary>x, y of each of <see cref="LabelSchema.Landmarks"/>: float32 [8], or empty without a face.</summary>
    public float[] Landmarks { get; init; } = [];

    /// <summary>Head pose in degrees: yaw positive to the subject's left, pitch positive up, roll positive clockwise in the picture.</summary>
    public float YawDegrees { get; init; } = float.NaN;
    public float PitchDegrees { get; init; } = float.NaN;
    public float RollDegrees { get; init; } = float.NaN;

    /// <summary>Square root of the box area, in pixels.</summary>
    public float SizePixels { get; init; } = float.NaN;

    /// <summary>Variance of the Laplacian of the luma crop (8-bit levels squared), at the size of the model's input.</summary>
    public float Sharpness { get; init; } = float.NaN;

    /// <summary>Valence in [-1, 1].</summary>
    public float Valence { get; init; } = float.NaN;

    /// <summary>Arousal in [-1, 1].</summary>
    public float Arousal { get; init; } = float.NaN;

    /// <summary>Probabilities of <see cref="LabelSchema.Expressions"/>: float32 [9], NaN where the model has no such class; empty without a face.</summary>
    public float[] Expressions { get; init; } = [];

    /// <summary>Position of the most probable expression in <see cref="LabelSchema.Expressions"/>, or -1.</summary>
    public int Expression { get; init; } = -1;

    /// <summary>Probabilities of <see cref="LabelSchema.ActionUnits"/>: float32 [12], NaN where the model has no such unit; empty without a face.</summary>
    public float[] ActionUnits { get; init; } = [];

    /// <summary>The chunk that produced the row.</summary>
    public required string Chunk { get; init; }

    /// <summary>Hash of the affect model(s), as in the run's configuration.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// Luma thumbnail of the aligned face, uint8 [8, 8] row-major, for the tracker; in chunk files only, not in the final labels.
    /// </summary>
    public byte[] Appearance { get; init; } = [];
}

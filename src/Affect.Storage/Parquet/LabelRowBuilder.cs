using Affect.Core.Labels;

namespace Affect.Storage.Parquet;

/// <summary>A label row while its columns are being read.</summary>
internal sealed class LabelRowBuilder
{
    public string Video = string.Empty;
    public long Frame;
    public long Pts;
    public double TimeSeconds;
    public FrameStatus Status;
    public string? Reason;
    public int Face;
    public int Track;
    public float BoxX;
    public float BoxY;
    public float BoxWidth;
    public float BoxHeight;
    public float DetectionScore;
    public float[] Landmarks = new float[LabelSchema.Landmarks.Count * 2];
    public float YawDegrees;
    public float PitchDegrees;
    public float RollDegrees;
    public float SizePixels;
    public float Sharpness;
    public float Valence;
    public float Arousal;
    public float[] Expressions = new float[LabelSchema.Expressions.Count];
    public int Expression;
    public float[] ActionUnits = new float[LabelSchema.ActionUnits.Count];
    public string Chunk = string.Empty;
    public string Model = string.Empty;
    public byte[] Appearance = [];

    public LabelRowBuilder() => Clear();

    /// <summary>Makes every column absent, as those are that a file does not hold.</summary>
    public void Clear()
    {
        Video = Chunk = Model = string.Empty;
        Frame = Pts = 0;
        Status = FrameStatus.Unknown;
        Reason = null;
        Face = Track = Expression = -1;
        TimeSeconds = double.NaN;
        BoxX = BoxY = BoxWidth = BoxHeight = DetectionScore = float.NaN;
        YawDegrees = PitchDegrees = RollDegrees = SizePixels = Sharpness = Valence = Arousal = float.NaN;
        Landmarks.AsSpan().Fill(float.NaN);
        Expressions.AsSpan().Fill(float.NaN);
        ActionUnits.AsSpan().Fill(float.NaN);
        Appearance = [];
    }

    public LabelRow Build() => new()
    {
        Video = Video,
        Frame = Frame,
        Pts = Pts,
        TimeSeconds = TimeSeconds,
        Status = Status,
        Reason = Reason,
        Face = Face,
        Track = Track,
        BoxX = BoxX,
        BoxY = BoxY,
        BoxWidth = BoxWidth,
        BoxHeight = BoxHeight,
        DetectionScore = DetectionScore,
        Landmarks = Copy(Landmarks),
        YawDegrees = YawDegrees,
        PitchDegrees = PitchDegrees,
        RollDegrees = RollDegrees,
        SizePixels = SizePixels,
        Sharpness = Sharpness,
        Valence = Valence,
        Arousal = Arousal,
        Expressions = Copy(Expressions),
        Expression = Expression,
        ActionUnits = Copy(ActionUnits),
        Chunk = Chunk,
        Model = Model,
        Appearance = Appearance,
    };

    // A row without any of the values is one without the array.
    private static float[] Copy(float[] values)
    {
        foreach (var value in values)
        {
            if (!float.IsNaN(value))
            {
                return [.. values];
            }
        }

        return [];
    }
}

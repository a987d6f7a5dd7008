namespace Affect.Vision.Detection;

/// <summary>A position in pixels, corner origin: the first pixel's centre is (0.5, 0.5).</summary>
public readonly record struct FacePoint(float X, float Y)
{
    /// <summary>What a detector without that landmark gives.</summary>
    public static readonly FacePoint Absent = new(float.NaN, float.NaN);

    public bool IsPresent => !float.IsNaN(X);
}

/// <summary>
/// A face in a frame, in pixels of the upright full-size frame. The box may reach outside of the frame. Right and left are the subject's.
/// </summary>
/// <param name="X">Left edge of the box.</param>
/// <param name="Y">Upper edge of the box.</param>
/// <param name="Score">Detector's confidence in [0, 1].</param>
/// <param name="Mouth">The mouth's centre; for detectors that give its corners, their mean.</param>
/// <param name="RightEar">In front of the ear canal (tragion); MediaPipe detectors only, otherwise absent.</param>
public readonly record struct FaceDetection(
    float X,
    float Y,
    float Width,
    float Height,
    float Score,
    FacePoint RightEye,
    FacePoint LeftEye,
    FacePoint Nose,
    FacePoint Mouth,
    FacePoint RightEar,
    FacePoint LeftEar)
{
    /// <summary>True if the four canonical landmarks are there.</summary>
    public bool HasLandmarks => RightEye.IsPresent && LeftEye.IsPresent && Nose.IsPresent && Mouth.IsPresent;

    /// <summary>Square root of the box's area, in pixels.</summary>
    public float SizePixels => MathF.Sqrt(Width * Height);

    internal float LongSide => Math.Max(Width, Height);

    internal float CentreX => X + (Width / 2);

    internal float CentreY => Y + (Height / 2);

    /// <summary>A face without landmarks.</summary>
    public static FaceDetection BoxOnly(float x, float y, float width, float height, float score) => new(
        x, y, width, height, score, FacePoint.Absent, FacePoint.Absent, FacePoint.Absent, FacePoint.Absent, FacePoint.Absent, FacePoint.Absent);

    /// <summary>The same face after <c>p -> p * scale + (left, top)</c>.</summary>
    internal FaceDetection Mapped(double scale, double left, double top)
    {
        FacePoint Map(FacePoint point) => new((float)((point.X * scale) + left), (float)((point.Y * scale) + top));
        var corner = Map(new FacePoint(X, Y));
        return new FaceDetection(
            corner.X, corner.Y, (float)(Width * scale), (float)(Height * scale), Score,
            Map(RightEye), Map(LeftEye), Map(Nose), Map(Mouth), Map(RightEar), Map(LeftEar));
    }

    /// <summary>Intersection over union of the boxes.</summary>
    internal float Overlap(in FaceDetection other)
    {
        var width = Math.Min(X + Width, other.X + other.Width) - Math.Max(X, other.X);
        var height = Math.Min(Y + Height, other.Y + other.Height) - Math.Max(Y, other.Y);
        if (width <= 0 || height <= 0)
        {
            return 0;
        }

        var shared = width * height;
        return shared / ((Width * Height) + (other.Width * other.Height) - shared);
    }
}

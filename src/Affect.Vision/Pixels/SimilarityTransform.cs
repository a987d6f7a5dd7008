namespace Affect.Vision.Pixels;

/// <summary>
/// A map from crop pixels to frame pixels without shear or reflection: <c>frame = (A * x - B * y + Tx, B * x + A * y + Ty)</c>.
/// Both sides use the corner origin: the first pixel's centre is (0.5, 0.5).
/// </summary>
public readonly record struct SimilarityTransform(double A, double B, double Tx, double Ty)
{
    /// <summary>Frame pixels per crop pixel.</summary>
    public double FramePixelsPerCropPixel => Math.Sqrt((A * A) + (B * B));

    public (double X, double Y) ToFrame(double x, double y) => ((A * x) - (B * y) + Tx, (B * x) + (A * y) + Ty);

    public (double X, double Y) ToCrop(double x, double y)
    {
        var squared = (A * A) + (B * B);
        var (dx, dy) = (x - Tx, y - Ty);
        return (((A * dx) + (B * dy)) / squared, ((A * dy) - (B * dx)) / squared);
    }
}

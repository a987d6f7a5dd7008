using Affect.Core.Labels;

namespace Affect.Core.Tracking;

/// <summary>One detected face as the tracker sees it.</summary>
/// <param name="CentreX">Centre of the box in pixels of the upright frame.</param>
/// <param name="CentreY">Centre of the box in pixels of the upright frame.</param>
/// <param name="Width">In pixels, above 0.</param>
/// <param name="Height">In pixels, above 0.</param>
/// <param name="Appearance">Luma thumbnail of the aligned face, uint8 [8, 8] row-major, or empty.</param>
public readonly record struct FaceObservation(double CentreX, double CentreY, double Width, double Height, ReadOnlyMemory<byte> Appearance)
{
    /// <summary>Geometric mean of width and height, in pixels.</summary>
    public double Size => Math.Sqrt(Width * Height);

    public static FaceObservation Of(LabelRow row) =>
        new(row.BoxX + (row.BoxWidth / 2.0), row.BoxY + (row.BoxHeight / 2.0), row.BoxWidth, row.BoxHeight, row.Appearance);
}

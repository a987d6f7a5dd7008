using Affect.Vision.Pixels;

namespace Affect.Vision.Alignment;

/// <summary>
/// The least-squares similarity transform without reflection between two point sets (S. Umeyama, "Least-squares estimation of transformation parameters between two
/// point patterns", IEEE TPAMI 13(4), 1991; in two dimensions it has the closed form used here).
/// </summary>
internal static class SimilarityFit
{
    /// <summary>
    /// The transform that moves <paramref name="frame"/> onto <paramref name="crop"/> with the least squared distance in crop pixels, given as the
    /// map from crop to frame. Null where the points do not fix one (all in one place, or not finite).
    /// </summary>
    public static SimilarityTransform? Fit(ReadOnlySpan<(float X, float Y)> frame, ReadOnlySpan<(float X, float Y)> crop)
    {
        if (frame.Length != crop.Length || frame.Length < 2)
        {
            throw new ArgumentException("As many points on both sides are needed, at least two.");
        }

        var (fromX, fromY) = Mean(frame);
        var (toX, toY) = Mean(crop);
        double dot = 0, cross = 0, spread = 0;
        for (var i = 0; i < frame.Length; i++)
        {
            var (x, y) = (frame[i].X - fromX, frame[i].Y - fromY);
            var (u, v) = (crop[i].X - toX, crop[i].Y - toY);
            dot += (x * u) + (y * v);
            cross += (x * v) - (y * u);
            spread += (x * x) + (y * y);
        }

        // Frame to crop: u = p x - q y + ..., v = q x + p y + ...
        var (p, q) = (dot / spread, cross / spread);
        var squared = (p * p) + (q * q);
        if (!(squared > 1e-12) || !double.IsFinite(squared))
        {
            return null;
        }

        var (a, b) = (p / squared, -q / squared);
        return new SimilarityTransform(a, b, fromX - ((a * toX) - (b * toY)), fromY - ((b * toX) + (a * toY)));
    }

    private static (double X, double Y) Mean(ReadOnlySpan<(float X, float Y)> points)
    {
        double x = 0, y = 0;
        foreach (var point in points)
        {
            x += point.X;
            y += point.Y;
        }

        return (x / points.Length, y / points.Length);
    }
}

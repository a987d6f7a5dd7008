using Affect.Vision.Detection;
using Affect.Vision.Pixels;

namespace Affect.Benchmarks.Detectors;

/// <summary>Where a face comes to lie: its box's centre, the height its box would have upright, and its turn (clockwise) in the picture's plane.</summary>
internal readonly record struct FacePlacement(double CentreX, double CentreY, double HeightPixels, double TurnDegrees);

/// <summary>
/// A picture being made, I420. The three planes are painted alike, each on its own grid, so a colour is never converted. Backgrounds are enlarged bilinearly, faces shrunk by the
/// project's own <see cref="CropSampler"/>.
/// </summary>
internal sealed class PictureCanvas(int width, int height)
{
    /// <summary>The oval along which a face is cut out, in widths and heights of its box: it holds the hair, the ears and the chin.</summary>
    private const double OvalWidth = 1.45;
    private const double OvalHeight = 1.45;

    /// <summary>The oval's centre lies above the box's by this share of the height, for the hair.</summary>
    private const double OvalRise = 0.06;

    /// <summary>The share of the oval's radius over which the face fades into the background.</summary>
    private const double Fade = 0.2;

    private readonly CropSampler _sampler = new();

    public byte[] Samples { get; } = new byte[PlanarImage.PackedLengthBytes(PlanarFormat.I420, width, height)];

    public PlanarImage Image => PlanarImage.FromPacked(Samples, PlanarFormat.I420, width, height, ColourMatrix.Bt601, ColourRange.Limited);

    /// <summary>The upright box around the oval that fits into the face's own box, after the turn; it may reach outside of the picture.</summary>
    public static FaceDetection TrueBox(SourceRegion face, FacePlacement at)
    {
        var scale = at.HeightPixels / face.Height;
        var (halfWidth, halfHeight) = Extent(face.Width * scale / 2, at.HeightPixels / 2, at.TurnDegrees);
        return Box(at.CentreX, at.CentreY, halfWidth, halfHeight);
    }

    /// <summary>The upright box around everything that pasting the face changes.</summary>
    public static FaceDetection PastedBox(SourceRegion face, FacePlacement at, bool wholeFrame)
    {
        var scale = at.HeightPixels / face.Height;
        if (wholeFrame)
        {
            var (left, top) = (at.CentreX - ((face.X + (face.Width / 2)) * scale), at.CentreY - ((face.Y + (face.Height / 2)) * scale));
            return FaceDetection.BoxOnly((float)left, (float)top, (float)(face.Frame.WidthPixels * scale), (float)(face.Frame.HeightPixels * scale), 1);
        }

        var (halfWidth, halfHeight) = Extent(face.Width * scale * OvalWidth / 2, at.HeightPixels * OvalHeight / 2, at.TurnDegrees);
        var (sin, cos) = Math.SinCos(at.TurnDegrees * Math.PI / 180);
        var rise = OvalRise * at.HeightPixels;
        return Box(at.CentreX + (sin * rise), at.CentreY - (cos * rise), halfWidth, halfHeight);
    }

    /// <summary>Covers the picture with a region, enlarged and mirrored over and over, from <paramref name="left"/> and <paramref name="top"/> (enlarged pixels) on.</summary>
    public void Fill(SourceRegion region, double enlargement, double left, double top)
    {
        foreach (var plane in Planes(region.Frame))
        {
            var share = plane.Share;
            var columns = Mirrored(plane.Width, enlargement, left * share, region.X * share, region.Width * share, plane.Source.Width);
            var rows = Mirrored(plane.Height, enlargement, top * share, region.Y * share, region.Height * share, plane.Source.Height);
            var source = plane.Source.Samples.Span;
            for (var y = 0; y < plane.Height; y++)
            {
                var target = Samples.AsSpan(plane.Offset + (y * plane.Width), plane.Width);
                var upper = source[(rows[y].First * plane.Source.StrideBytes)..];
                var lower = source[((rows[y].First + 1) * plane.Source.StrideBytes)..];
                for (var x = 0; x < plane.Width; x++)
                {
                    var (at, part) = columns[x];
                    var above = upper[at] + ((upper[at + 1] - upper[at]) * part);
                    var below = lower[at] + ((lower[at + 1] - lower[at]) * part);
                    target[x] = (byte)(above + ((below - above) * rows[y].Part) + 0.5f);
                }
            }
        }
    }

    /// <param name="wholeFrame">Pastes the face with all of its frame, which must not be turned, instead of cutting it out.</param>
    public void Paste(SourceRegion face, FacePlacement at, bool wholeFrame)
    {
        var scale = at.HeightPixels / face.Height;
        var (sin, cos) = Math.SinCos(at.TurnDegrees * Math.PI / 180);
        var (a, b) = (cos / scale, -sin / scale);
        var (centreX, centreY) = (face.X + (face.Width / 2), face.Y + (face.Height / 2));
        var toSource = new SimilarityTransform(a, b, centreX - ((a * at.CentreX) - (b * at.CentreY)), centreY - ((b * at.CentreX) + (a * at.CentreY)));
        var pasted = PastedBox(face, at, wholeFrame);
        foreach (var plane in Planes(face.Frame))
        {
            var (left, right) = Within(pasted.X * plane.Share, (pasted.X + pasted.Width) * plane.Share, plane.Width);
            var (top, bottom) = Within(pasted.Y * plane.Share, (pasted.Y + pasted.Height) * plane.Share, plane.Height);
            var (columns, rows) = (right - left, bottom - top);
            var (fromX, fromY) = toSource.ToFrame(left / plane.Share, top / plane.Share);
            var crop = new SimilarityTransform(a, b, fromX * plane.Share, fromY * plane.Share);
            var cut = new float[columns * rows];
            var gray = new PlanarImage(
                PlanarFormat.Gray8, plane.Source.Width, plane.Source.Height, plane.Source.Samples, plane.Source.StrideBytes, default, default, 0, ColourMatrix.Bt601, ColourRange.Limited);
            _sampler.SampleLuma(gray, crop, cut, columns, rows);
            for (var i = 0; i < cut.Length; i++)
            {
                var (x, y) = crop.ToFrame((i % columns) + 0.5, (i / columns) + 0.5);
                var (dx, dy) = (((x / plane.Share) - centreX) / (face.Width * OvalWidth / 2), ((y / plane.Share) - centreY + (OvalRise * face.Height)) / (face.Height * OvalHeight / 2));
                var opacity = wholeFrame ? 1 : (float)Math.Clamp((1 - Math.Sqrt((dx * dx) + (dy * dy))) / Fade, 0, 1);
                ref var sample = ref Samples[plane.Offset + ((top + (i / columns)) * plane.Width) + left + (i % columns)];
                sample = (byte)(sample + ((cut[i] - sample) * opacity) + 0.5f);
            }
        }
    }

    private static FaceDetection Box(double centreX, double centreY, double halfWidth, double halfHeight) =>
        FaceDetection.BoxOnly((float)(centreX - halfWidth), (float)(centreY - halfHeight), (float)(2 * halfWidth), (float)(2 * halfHeight), 1);

    /// <summary>Half the sides of the upright box around a turned ellipse.</summary>
    private static (double Width, double Height) Extent(double radiusX, double radiusY, double turnDegrees)
    {
        var (sin, cos) = Math.SinCos(turnDegrees * Math.PI / 180);
        return (Math.Sqrt((radiusX * cos * radiusX * cos) + (radiusY * sin * radiusY * sin)), Math.Sqrt((radiusX * sin * radiusX * sin) + (radiusY * cos * radiusY * cos)));
    }

    private static (int First, int End) Within(double low, double high, int size) =>
        ((int)Math.Clamp(Math.Floor(low), 0, size), (int)Math.Clamp(Math.Ceiling(high), 0, size));

    /// <summary>The two neighbouring source samples of every target sample, and the second one's weight.</summary>
    private static (int First, float Part)[] Mirrored(int count, double enlargement, double offset, double start, double length, int size)
    {
        var taps = new (int First, float Part)[count];
        for (var i = 0; i < count; i++)
        {
            var position = (offset + i + 0.5) / enlargement % (2 * length);
            var sample = Math.Clamp(start + (position < length ? position : (2 * length) - position) - 0.5, 0, size - 1.001);
            taps[i] = ((int)sample, (float)(sample - (int)sample));
        }

        return taps;
    }

    /// <summary>The canvas's planes with the source's: where one begins, its size, and its samples per pixel of the picture along an axis.</summary>
    private IEnumerable<(int Offset, int Width, int Height, double Share, Plane Source)> Planes(PlanarImage source)
    {
        var (luma, u) = (Image.Luma, Image.U);
        yield return (0, luma.Width, luma.Height, 1, source.Luma);
        yield return (luma.Width * luma.Height, u.Width, u.Height, 0.5, source.U);
        yield return ((luma.Width * luma.Height) + (u.Width * u.Height), u.Width, u.Height, 0.5, source.V);
    }
}

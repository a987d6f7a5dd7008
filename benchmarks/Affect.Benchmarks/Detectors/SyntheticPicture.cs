using Affect.Vision.Detection;
using Affect.Vision.Pixels;

namespace Affect.Benchmarks.Detectors;

/// <summary>A picture whose faces are known.</summary>
/// <param name="Samples">Of the image, I420, without padding.</param>
/// <param name="Faces">The boxes, cut off at the picture's edges.</param>
internal sealed record SyntheticPicture(PlanarImage Image, byte[] Samples, IReadOnlyList<FaceDetection> Faces)
{
    private const double LeastEnlargement = 2;
    private const double MostEnlargement = 5;
    private const int Attempts = 10_000;

    /// <summary>From one face of a picture to its next in the source, whose neighbours are of one clip.</summary>
    private const int FaceStep = 7;

    /// <summary>The same picture for the same source, kind and number. Pictures of one number have the same first face and background, whatever their kind.</summary>
    public static SyntheticPicture Make(SyntheticSource source, PictureKind kind, int number)
    {
        // Seeds that are neighbours give alike first numbers, so they are spread out.
        var random = new Random((int)(((uint)number + 1) * 2_654_435_769u >> 1));
        var canvas = new PictureCanvas(kind.Width, kind.Height);
        var background = source.Backgrounds[random.Next(source.Backgrounds.Count)];
        var enlargement = LeastEnlargement + ((MostEnlargement - LeastEnlargement) * random.NextDouble());
        canvas.Fill(background, enlargement, random.NextDouble() * kind.Width, random.NextDouble() * kind.Height);

        // The tallest find a place first: they are the hardest to fit in.
        var (pasted, faces) = (new List<FaceDetection>(), new List<FaceDetection>());
        foreach (var (i, height) in kind.FaceHeightsPixels.OrderDescending().Index())
        {
            var face = source.Faces[(number + (i * FaceStep)) % source.Faces.Count];
            var at = Place(kind, face, height, number, pasted, random);
            canvas.Paste(face, at, kind.WholeFrame);
            pasted.Add(PictureCanvas.PastedBox(face, at, kind.WholeFrame));
            faces.Add(CutOff(PictureCanvas.TrueBox(face, at), kind.Width, kind.Height));
        }

        PictureDamage.Apply(kind.Damage, canvas.Samples, kind.Width, kind.Height, random);
        return new SyntheticPicture(canvas.Image, canvas.Samples, faces);
    }

    /// <summary>The part of a box that lies in the picture.</summary>
    public static FaceDetection CutOff(in FaceDetection box, int width, int height)
    {
        var (left, top) = (Math.Clamp(box.X, 0, width), Math.Clamp(box.Y, 0, height));
        return box with { X = left, Y = top, Width = Math.Clamp(box.X + box.Width, 0, width) - left, Height = Math.Clamp(box.Y + box.Height, 0, height) - top };
    }

    private static FacePlacement Place(PictureKind kind, SourceRegion face, int height, int number, List<FaceDetection> pasted, Random random)
    {
        var turn = number % 2 == 0 ? kind.TurnDegrees : -kind.TurnDegrees;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var at = new FacePlacement(random.NextDouble() * kind.Width, random.NextDouble() * kind.Height, height, turn);
            if (kind.CutShare > 0)
            {
                at = AtEdge(kind, PictureCanvas.TrueBox(face, at), at, number % 4);
            }

            var (box, whole) = (PictureCanvas.TrueBox(face, at), PictureCanvas.PastedBox(face, at, kind.WholeFrame));
            var visible = CutOff(box, kind.Width, kind.Height);
            var share = visible.Width * visible.Height / (box.Width * box.Height);
            if (Math.Abs(share - (1 - kind.CutShare)) < 1e-3 && pasted.TrueForAll(other => other.Overlap(whole) == 0))
            {
                return at;
            }
        }

        throw new InvalidOperationException($"'{kind.Name}' has no place for a face of {height} pixels.");
    }

    /// <summary>Moves a box across an edge: left, top, right, lower.</summary>
    private static FacePlacement AtEdge(PictureKind kind, FaceDetection box, FacePlacement at, int edge) => edge switch
    {
        0 => at with { CentreX = box.Width * (0.5 - kind.CutShare) },
        1 => at with { CentreY = box.Height * (0.5 - kind.CutShare) },
        2 => at with { CentreX = kind.Width - (box.Width * (0.5 - kind.CutShare)) },
        _ => at with { CentreY = kind.Height - (box.Height * (0.5 - kind.CutShare)) },
    };
}

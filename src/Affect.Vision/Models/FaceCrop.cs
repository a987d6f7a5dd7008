namespace Affect.Vision.Models;

/// <summary>The landmarks that every detector with landmarks gives, named from the subject's side: the right eye is on the left of the picture.</summary>
public enum FacePointName
{
    Unknown = 0,
    RightEye = 1,
    LeftEye = 2,
    Nose = 3,

    /// <summary>The mouth's centre.</summary>
    Mouth = 4,
}

/// <summary>How a face is cut out of the frame for a model.</summary>
public abstract record FaceCrop
{
    private FaceCrop()
    {
    }

    /// <summary>Landmarks are moved onto a template by the least-squares similarity transform (rotation, scale, shift).</summary>
    /// <param name="Points">Which landmarks.</param>
    /// <param name="Template">Where they lie in the crop, in crop pixels, corner origin; one for each of <paramref name="Points"/>.</param>
    public sealed record Similarity(IReadOnlyList<FacePointName> Points, IReadOnlyList<(float X, float Y)> Template) : FaceCrop;

    /// <summary>The detector's box, without rotation, made square around its centre with its longer side.</summary>
    /// <param name="Margin">Share of that side that is added on each side.</param>
    public sealed record Box(float Margin) : FaceCrop;

    internal static FaceCrop Read(ManifestReader reader)
    {
        if (reader.Choice("kind", ("similarity", true), ("box", false)))
        {
            var points = reader.Texts("points").Select(name => name switch
            {
                "right_eye" => FacePointName.RightEye,
                "left_eye" => FacePointName.LeftEye,
                "nose" => FacePointName.Nose,
                "mouth" => FacePointName.Mouth,
                _ => throw reader.Error("points", $"names \"{name}\"; it may hold right_eye, left_eye, nose and mouth"),
            }).ToArray();
            var template = reader.Points("template");
            if (points.Length < 2 || template.Count != points.Length)
            {
                throw reader.Error("template", "must have one [x, y] for each of at least two points");
            }

            return new Similarity(points, template);
        }

        return reader.Flag("square", true)
            ? new Box((float)reader.Number("margin", -0.4, 4))
            : throw reader.Error("square", "must be true: faces are never stretched");
    }
}

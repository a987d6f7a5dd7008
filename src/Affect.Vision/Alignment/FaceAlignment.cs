using Affect.Vision.Detection;
using Affect.Vision.Models;
using Affect.Vision.Pixels;

namespace Affect.Vision.Alignment;

/// <summary>Where a model's crop lies in the frame.</summary>
public static class FaceAlignment
{
    private const int MostPoints = 4;

    /// <summary>
    /// The map from crop pixels to frame pixels. Where the landmarks fix no transform (all in one place), the square box without margin is taken, so that
    /// every face gets a crop.
    /// </summary>
    public static SimilarityTransform Crop(FaceCrop crop, in FaceDetection face, int widthPixels, int heightPixels)
    {
        if (crop is FaceCrop.Box box)
        {
            return FromBox(face, box.Margin, widthPixels, heightPixels);
        }

        var similarity = (FaceCrop.Similarity)crop;
        var count = similarity.Points.Count;
        Span<(float X, float Y)> frame = stackalloc (float X, float Y)[MostPoints];
        Span<(float X, float Y)> template = stackalloc (float X, float Y)[MostPoints];
        for (var i = 0; i < count; i++)
        {
            var point = Point(face, similarity.Points[i]);
            frame[i] = (point.X, point.Y);
            template[i] = similarity.Template[i];
        }

        return SimilarityFit.Fit(frame[..count], template[..count]) ?? FromBox(face, 0, widthPixels, heightPixels);
    }

    private static SimilarityTransform FromBox(in FaceDetection face, float margin, int widthPixels, int heightPixels)
    {
        var side = face.LongSide * (1.0 + (2.0 * margin));
        var scale = side / Math.Min(widthPixels, heightPixels);
        return new SimilarityTransform(scale, 0, face.CentreX - (scale * widthPixels / 2), face.CentreY - (scale * heightPixels / 2));
    }

    private static FacePoint Point(in FaceDetection face, FacePointName name) => name switch
    {
        FacePointName.RightEye => face.RightEye,
        FacePointName.LeftEye => face.LeftEye,
        FacePointName.Nose => face.Nose,
        FacePointName.Mouth => face.Mouth,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "Unknown landmark."),
    };
}

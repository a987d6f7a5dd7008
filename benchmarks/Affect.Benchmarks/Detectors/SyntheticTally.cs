using System.Globalization;
using Affect.Vision.Detection;

namespace Affect.Benchmarks.Detectors;

/// <summary>What one detector made of the pictures of a kind.</summary>
internal sealed class SyntheticTally
{
    private readonly List<double> _milliseconds = [];
    private int _faces;
    private int _false;

    /// <summary>Of the hits that found a face, with that face.</summary>
    public List<double> Overlaps { get; } = [];

    /// <summary>
    /// Hits by descending score, each to the face that it overlaps most among those that are still free, if by enough; what is left over is a false hit. Hits are cut off at the
    /// picture's edges as the faces are.
    /// </summary>
    public void Add(SyntheticPicture picture, IReadOnlyList<FaceDetection> hits, float leastOverlap, double milliseconds)
    {
        _milliseconds.Add(milliseconds);
        _faces += picture.Faces.Count;
        var free = picture.Faces.ToList();
        foreach (var hit in hits.OrderByDescending(hit => hit.Score))
        {
            var visible = SyntheticPicture.CutOff(hit, picture.Image.WidthPixels, picture.Image.HeightPixels);
            var best = free.Count == 0 ? default : free.MaxBy(face => face.Overlap(visible));
            if (free.Count > 0 && best.Overlap(visible) >= leastOverlap)
            {
                Overlaps.Add(best.Overlap(visible));
                free.Remove(best);
            }
            else
            {
                _false++;
            }
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(_faces == 0 ? "-" : $"{100.0 * Overlaps.Count / _faces:F0}")} / {(double)_false / _milliseconds.Count:0.##} / {TimedDetector.Median(_milliseconds):F1}");
}

using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Affect.Vision.Pixels;

namespace Affect.Vision.Detection;

/// <summary>The second look: gives each small or doubtful box to the network again, enlarged, and keeps what it then sees.</summary>
internal sealed class PatchRefiner(DetectorRefinement settings, DetectorManifest manifest, DetectionDecoder decoder, OrtBinding binding)
{
    private readonly RegionSampler _sampler = new();
    private readonly NonMaximumSuppression _suppression = new();
    private readonly List<FaceDetection> _seen = [];

    /// <summary>Appends the confirmed faces.</summary>
    /// <param name="candidates">By descending score.</param>
    /// <param name="faces">Faces that need no second look; candidates inside of one of them are features of that face, and dropped.</param>
    public void Confirm(in PlanarImage image, List<FaceDetection> candidates, List<FaceDetection> faces)
    {
        var certain = faces.Count;
        var patches = 0;
        foreach (var candidate in candidates)
        {
            if (patches == settings.MaxPatches)
            {
                break;
            }

            if (!IsInside(candidate, faces, certain) && !IsSeen(candidate, faces, certain))
            {
                patches++;
                Look(image, candidate, faces);
            }
        }
    }

    private void Look(in PlanarImage image, in FaceDetection candidate, List<FaceDetection> faces)
    {
        var side = settings.PatchPixels;
        double step = candidate.LongSide / settings.BoxInPatchPixels;
        var left = candidate.CentreX - (side * step / 2);
        var top = candidate.CentreY - (side * step / 2);
        _sampler.Sample(image, left, top, step, manifest.Input.Format, binding.Image(0), side, side);
        binding.Run();
        _seen.Clear();

        // A box that was certain at the first look needs no more than that at the second; a doubtful one must become clear.
        var threshold = candidate.Score >= manifest.Layout.ScoreThreshold ? manifest.Layout.ScoreThreshold : settings.ScoreThreshold;
        decoder.Decode(binding, 0, side, side, threshold, _seen);
        _suppression.Merge(_seen, manifest.Layout.NmsOverlap, manifest.Layout.NmsWeighted);
        foreach (var face in _seen)
        {
            // A box that is cut by the patch's border is not to be trusted; its own candidate shows it whole.
            if (face.X >= 0 && face.Y >= 0 && face.X + face.Width <= side && face.Y + face.Height <= side)
            {
                faces.Add(face.Mapped(step, left, top));
            }
        }
    }

    private static bool IsInside(in FaceDetection candidate, List<FaceDetection> faces, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var face = faces[i];
            if (candidate.CentreX > face.X && candidate.CentreX < face.X + face.Width &&
                candidate.CentreY > face.Y && candidate.CentreY < face.Y + face.Height &&
                candidate.LongSide < face.LongSide)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True if an earlier patch has shown this face already.</summary>
    private bool IsSeen(in FaceDetection candidate, List<FaceDetection> faces, int first)
    {
        for (var i = first; i < faces.Count; i++)
        {
            if (faces[i].Overlap(candidate) > manifest.Layout.NmsOverlap)
            {
                return true;
            }
        }

        return false;
    }
}

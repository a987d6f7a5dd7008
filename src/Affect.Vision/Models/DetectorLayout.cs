namespace Affect.Vision.Models;

/// <summary>How a detector's outputs encode boxes, scores and landmarks.</summary>
public enum DetectorFamily
{
    Unknown = 0,

    /// <summary>MediaPipe's BlazeFace (front, back, short-range): two grids, 2 and 6 anchors a cell.</summary>
    BlazeFace = 1,

    /// <summary>MediaPipe's full-range face detection: one grid of stride 4.</summary>
    MediaPipeFullRange = 2,

    /// <summary>OpenCV's YuNet: strides 8, 16, 32, one anchor a cell.</summary>
    YuNet = 3,

    /// <summary>InsightFace's SCRFD with landmarks: strides 8, 16, 32, two anchors a cell.</summary>
    Scrfd = 4,

    /// <summary>UltraFace (version-RFB-320 and relatives): decoded corner boxes, no landmarks.</summary>
    UltraFace = 5,
}

/// <summary>One look at the whole frame.</summary>
/// <param name="LongSidePixels">The frame's longer side in the network's input; for a network of fixed size the frame is fitted into it and this is 0.</param>
/// <param name="MinBoxPixels">Boxes whose longer side in the network's input is below this are dropped.</param>
/// <param name="MaxBoxPixels">Boxes whose longer side in the network's input is above this are dropped.</param>
public sealed record DetectorPass(int LongSidePixels, float MinBoxPixels, float MaxBoxPixels);

/// <summary>
/// A second, closer look at small or doubtful boxes: each one is cut out, enlarged and given to the same network again. What the second look does not
/// confirm is dropped. A frame's patches depend on that frame only.
/// </summary>
/// <param name="CandidateThreshold">Score from which a box of a pass is looked at again; below the detector's own threshold.</param>
/// <param name="MaxBoxPixels">Boxes whose longer side in the pass's input is at most this are looked at again; larger ones are taken as they are.</param>
/// <param name="PatchPixels">Side of the square input of the second look.</param>
/// <param name="BoxInPatchPixels">How large the candidate's longer side becomes in the patch.</param>
/// <param name="MaxPatches">At most so many patches a frame, the best candidates first.</param>
/// <param name="ScoreThreshold">Score from which the second look confirms a face that the first one doubted; what the first one was certain of needs the detector's own
/// threshold only.</param>
public sealed record DetectorRefinement(
    float CandidateThreshold, float MaxBoxPixels, int PatchPixels, float BoxInPatchPixels, int MaxPatches, float ScoreThreshold);

/// <summary>How the outputs are decoded and which looks are taken.</summary>
/// <param name="Boxes">Box tensor(s); per stride where the family has strides.</param>
/// <param name="Scores">Score tensor(s); per stride where the family has strides.</param>
/// <param name="Objectness">YuNet's second score per stride; empty for the others.</param>
/// <param name="Points">Landmark tensor(s), where they are apart from the boxes.</param>
/// <param name="ScoreThreshold">Confidence in [0, 1] from which a box counts as a face.</param>
/// <param name="NmsOverlap">Intersection over union above which two boxes are the same face.</param>
/// <param name="NmsWeighted">Boxes of the same face are averaged by score (MediaPipe) instead of keeping the best one.</param>
public sealed record DetectorLayout(
    DetectorFamily Family,
    IReadOnlyList<string> Boxes,
    IReadOnlyList<string> Scores,
    IReadOnlyList<string> Objectness,
    IReadOnlyList<string> Points,
    float ScoreThreshold,
    float NmsOverlap,
    bool NmsWeighted,
    IReadOnlyList<DetectorPass> Passes,
    DetectorRefinement? Refinement)
{
    /// <summary>False for UltraFace, which gives boxes only.</summary>
    public bool HasLandmarks => Family != DetectorFamily.UltraFace;

    internal IEnumerable<string> Tensors => Boxes.Concat(Scores).Concat(Objectness).Concat(Points);

    /// <summary>The largest stride of the family: a free input size is a multiple of it.</summary>
    internal int SizeMultiple => Family == DetectorFamily.UltraFace ? 1 : 32;

    internal static DetectorLayout Read(ManifestReader reader, ModelInput input)
    {
        var family = reader.Choice(
            "family",
            ("blazeface", DetectorFamily.BlazeFace),
            ("mediapipe-full-range", DetectorFamily.MediaPipeFullRange),
            ("yunet", DetectorFamily.YuNet),
            ("scrfd", DetectorFamily.Scrfd),
            ("ultraface", DetectorFamily.UltraFace));
        if (input.HasFreeSize && family is DetectorFamily.BlazeFace or DetectorFamily.UltraFace)
        {
            throw reader.Error("family", "is one whose anchors belong to one input size, but the input's height and width are free (-1)");
        }

        var outputs = reader.Object("outputs");
        var (boxes, scores, objectness, points) = family switch
        {
            DetectorFamily.BlazeFace => (2, 2, 0, 0),
            DetectorFamily.YuNet => (3, 3, 3, 3),
            DetectorFamily.Scrfd => (3, 3, 0, 3),
            _ => (1, 1, 0, 0),
        };
        var threshold = (float)reader.Number("scoreThreshold", 0.01, 1);
        var nms = reader.Object("nms");
        return new DetectorLayout(
            family,
            ReadTensors(outputs, "boxes", boxes),
            ReadTensors(outputs, "scores", scores),
            ReadTensors(outputs, "objectness", objectness),
            ReadTensors(outputs, "points", points),
            threshold,
            (float)nms.Number("iouThreshold", 0.01, 0.99),
            nms.Flag("weighted", false),
            ReadPasses(reader, input),
            reader.Has("refine") ? ReadRefinement(reader.Object("refine"), input, threshold) : null);
    }

    private static IReadOnlyList<string> ReadTensors(ManifestReader outputs, string key, int count)
    {
        if (count == 0)
        {
            return [];
        }

        var names = outputs.Texts(key);
        return names.Count == count ? names : throw outputs.Error(key, $"must name {count} tensor(s) for this family, in the order of the strides");
    }

    private static DetectorPass[] ReadPasses(ManifestReader reader, ModelInput input)
    {
        if (!input.HasFreeSize)
        {
            return reader.Has("passes")
                ? throw reader.Error("passes", "is only for networks whose height and width are free (-1)")
                : [new DetectorPass(0, 0, float.PositiveInfinity)];
        }

        var passes = reader.Objects("passes").Select(pass => new DetectorPass(
            pass.Integer("longSidePixels", 32, 4096),
            (float)pass.Number("minBoxPixels", 0, 4096, 0),
            (float)pass.Number("maxBoxPixels", 1, 4096, 4096))).ToArray();
        return passes.Length is > 0 and <= 4 ? passes : throw reader.Error("passes", "must hold one to four entries");
    }

    private static DetectorRefinement ReadRefinement(ManifestReader reader, ModelInput input, float threshold)
    {
        if (!input.HasFreeSize)
        {
            throw reader.Error("patchPixels", "is only for networks whose height and width are free (-1)");
        }

        var patch = reader.Integer("patchPixels", 32, 1024);
        return patch % 32 != 0
            ? throw reader.Error("patchPixels", "must be a multiple of 32")
            : new DetectorRefinement(
                (float)reader.Number("candidateThreshold", 0.01, threshold),
                (float)reader.Number("maxBoxPixels", 1, 4096),
                patch,
                (float)reader.Number("boxInPatchPixels", 1, patch),
                reader.Integer("maxPatches", 1, 256),
                (float)reader.Number("scoreThreshold", 0.01, 1, threshold));
    }
}

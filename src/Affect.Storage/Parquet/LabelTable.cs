using Affect.Core.Labels;

namespace Affect.Storage.Parquet;

/// <summary>
/// The one definition of the label table: the writer, the reader, the files' metadata and the tests all use it.
/// Must agree with docs/formats/labels.md (a test compares them) and <see cref="LabelSchema.Version"/> is raised when it changes.
/// </summary>
public static class LabelTable
{
    private const string Pixels = "px";
    private const string Degrees = "deg";
    private const string Probability = "0..1";
    private static readonly string[] StatusNames = ["unknown", "face", "no_face", "failed"];

    /// <summary>Every column in file order, those of chunk files only included.</summary>
    public static IReadOnlyList<LabelColumn> Columns { get; } = [.. Define()];

    /// <summary>The columns of the final labels.</summary>
    public static IReadOnlyList<LabelColumn> FinalColumns { get; } = [.. Columns.Where(c => !c.ChunkFilesOnly)];

    /// <summary>Text form of a status in the <c>status</c> column.</summary>
    public static string StatusName(FrameStatus status) => StatusNames[(int)status];

    /// <summary>Status of a text form, or <see cref="FrameStatus.Unknown"/>.</summary>
    public static FrameStatus ParseStatus(string? name) => (FrameStatus)Math.Max(0, Array.IndexOf(StatusNames, name));

    private static IEnumerable<LabelColumn> Define()
    {
        yield return new TextColumn("video", false, "id", "The video's id in the manifest", r => r.Video, (b, v) => b.Video = v!);
        yield return new LongColumn(
            "frame", "count", "Rank of the frame in presentation order in the whole video, from 0",
            r => r.Frame, (b, v) => b.Frame = v);
        yield return new LongColumn(
            "pts", "ticks", "Presentation time stamp in units of the stream's time base",
            r => r.Pts, (b, v) => b.Pts = v);
        yield return new DoubleColumn("time_s", "s", "Presentation time", r => r.TimeSeconds, (b, v) => b.TimeSeconds = v);
        yield return new TextColumn(
            "status", false, "name", "What became of the frame: face, no_face or failed",
            r => StatusName(r.Status), (b, v) => b.Status = ParseStatus(v));
        yield return new TextColumn(
            "reason", true, "text", "Why the frame failed; null unless status is failed",
            r => r.Reason, (b, v) => b.Reason = v);
        yield return new IndexColumn(
            "face", "count", "Index of the face in its frame, from 0, by falling det_score",
            r => r.Face, (b, v) => b.Face = v);
        yield return new IndexColumn(
            "track", "id", "Track of the face, unique in its video; null in chunk files and for tracks too short to keep",
            r => r.Track, (b, v) => b.Track = v);
        yield return new FloatColumn("box_x", Pixels, "Left edge of the face box", r => r.BoxX, (b, v) => b.BoxX = v);
        yield return new FloatColumn("box_y", Pixels, "Top edge of the face box", r => r.BoxY, (b, v) => b.BoxY = v);
        yield return new FloatColumn("box_w", Pixels, "Width of the face box", r => r.BoxWidth, (b, v) => b.BoxWidth = v);
        yield return new FloatColumn("box_h", Pixels, "Height of the face box", r => r.BoxHeight, (b, v) => b.BoxHeight = v);
        yield return new FloatColumn(
            "det_score", Probability, "The detector's confidence",
            r => r.DetectionScore, (b, v) => b.DetectionScore = v);
        for (var i = 0; i < LabelSchema.Landmarks.Count; i++)
        {
            var (name, x, y) = (LabelSchema.Landmarks[i], 2 * i, (2 * i) + 1);
            var words = $"the {name.Replace('_', ' ')} (right and left are the subject's)";
            yield return new FloatColumn($"{name}_x", Pixels, $"Column of {words}", r => At(r.Landmarks, x), (b, v) => b.Landmarks[x] = v);
            yield return new FloatColumn($"{name}_y", Pixels, $"Row of {words}", r => At(r.Landmarks, y), (b, v) => b.Landmarks[y] = v);
        }

        yield return new FloatColumn(
            "yaw", Degrees, "Head turned towards the subject's left",
            r => r.YawDegrees, (b, v) => b.YawDegrees = v);
        yield return new FloatColumn("pitch", Degrees, "Head turned up", r => r.PitchDegrees, (b, v) => b.PitchDegrees = v);
        yield return new FloatColumn(
            "roll", Degrees, "Head tilted clockwise in the picture",
            r => r.RollDegrees, (b, v) => b.RollDegrees = v);
        yield return new FloatColumn("size_px", Pixels, "Square root of the box's area", r => r.SizePixels, (b, v) => b.SizePixels = v);
        yield return new FloatColumn(
            "sharpness", "level^2", "Variance of the Laplacian of the 8-bit luma crop at the size of the model's input",
            r => r.Sharpness, (b, v) => b.Sharpness = v);
        yield return new FloatColumn("valence", "-1..1", "Valence, unpleasant to pleasant", r => r.Valence, (b, v) => b.Valence = v);
        yield return new FloatColumn("arousal", "-1..1", "Arousal, calm to excited", r => r.Arousal, (b, v) => b.Arousal = v);
        yield return new TextColumn(
            "expression", true, "name", "The most probable expression",
            r => r.Expression < 0 ? null : LabelSchema.Expressions[r.Expression],
            (b, v) => b.Expression = v is null ? -1 : LabelSchema.ExpressionIndex(v));
        for (var i = 0; i < LabelSchema.Expressions.Count; i++)
        {
            var (name, at) = (LabelSchema.Expressions[i], i);
            yield return new FloatColumn(
                $"expr_{name}", Probability, $"Probability of {name}; null where the model has no such class",
            r => At(r.Expressions, at), (b, v) => b.Expressions[at] = v);
        }

        for (var i = 0; i < LabelSchema.ActionUnits.Count; i++)
        {
            var (name, at) = (LabelSchema.ActionUnits[i], i);
            yield return new FloatColumn(
                name, Probability, $"Probability that action unit {name[2..]} is active; null where the model has no such unit",
            r => At(r.ActionUnits, at),
                (b, v) => b.ActionUnits[at] = v);
        }

        yield return new TextColumn("chunk", false, "id", "The chunk that produced the row", r => r.Chunk, (b, v) => b.Chunk = v!);
        yield return new TextColumn("model", false, "hash", "Hash of the affect model or models", r => r.Model, (b, v) => b.Model = v!);
        yield return new BytesColumn(
            "appearance", "level", "Luma thumbnail of the aligned face, uint8 [8, 8] row-major, for the tracker",
            r => r.Appearance, (b, v) => b.Appearance = v);
    }

    private static float At(float[] values, int index) => index < values.Length ? values[index] : float.NaN;
}

using Affect.Core.Labels;

namespace Affect.Core.Annotations;

/// <summary>
/// Reads annotation files of the ABAW layouts and plain CSV. The layout is told from the header line:
/// <list type="bullet">
/// <item><c>valence,arousal</c>: VA, one row a frame.</item>
/// <item><c>Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise[,Other]</c>: EXPR, one class number a frame, in the header's order.</item>
/// <item><c>AU1,AU2,…</c>: AU, one 0/1 a unit; ABAW's twelve, ABAW1's eight, or any other list of units.</item>
/// <item><c>image,valence,arousal,expression,aus</c>: MTL, with twelve AU columns after the expression; the image names video and frame.</item>
/// <item>with a <c>video</c> column: plain CSV, see <see cref="PlainAnnotations"/>.</item>
/// </list>
/// Row <c>i</c> (from 0) of the first three is frame <c>i + 1</c> of <c>cropped_aligned/&lt;video&gt;/%05d.jpg</c>, hence frame rank <c>i</c>.
/// A broken line is an <see cref="AnnotationError"/> and does not shift the rows after it. Pure and thread-safe.
/// </summary>
public static class AnnotationReader
{
    /// <summary>ABAW's classes in the order of their numbers; with <c>Other</c> in the MTL files.</summary>
    internal static readonly IReadOnlyList<int> AbawExpressions =
        [.. new[] { "Neutral", "Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise", "Other" }.Select(LabelSchema.ExpressionIndex)];

    /// <param name="name">File name (a path is fine): in layouts of one file a video, the name without folder and extension is the video.</param>
    /// <param name="reader">The text; read to its end, not disposed.</param>
    public static AnnotationFile Read(string name, TextReader reader)
    {
        var header = reader.ReadLine()?.TrimStart('\uFEFF');
        var columns = header is null ? null : CsvLine.Split(header);
        if (columns is null || columns.All(c => c.Length == 0))
        {
            return new AnnotationFile(name, "", [], [new AnnotationError(name, 1, "the file has no header line")], []);
        }

        bool Is(params string[] names) => columns.SequenceEqual(names, StringComparer.OrdinalIgnoreCase);
        if (columns.Contains("video", StringComparer.OrdinalIgnoreCase))
        {
            return PlainAnnotations.Read(name, columns, reader);
        }

        if (Is("valence", "arousal"))
        {
            return PerFrame(name, "ABAW VA", 2, reader, [], AffectRow);
        }

        if (Is("image", "valence", "arousal", "expression", "aus") ||
            Is(["image", "valence", "arousal", "expression", .. LabelSchema.ActionUnits]))
        {
            return MultiTask(name, reader);
        }

        if (columns.Count is 7 or 8 && columns.All(c => LabelSchema.ExpressionIndex(c) >= 0) && columns.Distinct(StringComparer.OrdinalIgnoreCase).Count() == columns.Count)
        {
            int[] classes = [.. columns.Select(LabelSchema.ExpressionIndex)];
            return PerFrame(name, "ABAW EXPR", 1, reader, [], (fields, row) =>
                LabelText.TryExpressionIndex(fields[0], classes, out var expression, out var error)
                    ? (row with { Expression = expression, ExpressionClasses = classes }, error)
                    : (null, error));
        }

        if (columns.All(IsActionUnit) && columns.Distinct(StringComparer.OrdinalIgnoreCase).Count() == columns.Count)
        {
            int[] units = [.. columns.Select(LabelSchema.ActionUnitIndex)];
            string[] ignored = [.. columns.Where(c => LabelSchema.ActionUnitIndex(c) < 0)];
            return PerFrame(name, "ABAW AU", columns.Count, reader, ignored, (fields, row) => ActionUnitRow(fields, columns, units, row));
        }

        return new AnnotationFile(name, "", [], [new AnnotationError(name, 1, $"the header '{LabelText.Shown(header!)}' is of no known layout")], []);
    }

    /// <summary>The video that a file speaks of: its name without folder and extension.</summary>
    internal static string Stem(string name)
    {
        var stem = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var dot = stem.LastIndexOf('.');
        return dot > 0 ? stem[..dot] : stem;
    }

    internal static bool IsActionUnit(string column) =>
        column.StartsWith("AU", StringComparison.OrdinalIgnoreCase) && column.Length is 3 or 4 && column.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0;

    private static (TruthRow? Row, string Error) AffectRow(List<string> fields, TruthRow row)
    {
        if (!LabelText.TryAffect(fields[0], "valence", out var valence, out var error) ||
            !LabelText.TryAffect(fields[1], "arousal", out var arousal, out error))
        {
            return (null, error);
        }

        // One masked value masks the frame: the pair was annotated together.
        return (float.IsNaN(valence) || float.IsNaN(arousal) ? row : row with { Valence = valence, Arousal = arousal }, "");
    }

    private static (TruthRow? Row, string Error) ActionUnitRow(List<string> fields, List<string> columns, int[] units, TruthRow row)
    {
        var values = new sbyte[LabelSchema.ActionUnits.Count];
        Array.Fill(values, (sbyte)-1);
        for (var i = 0; i < units.Length; i++)
        {
            if (!LabelText.TryActionUnit(fields[i], columns[i], out var value, out var error))
            {
                return (null, error);
            }

            if (units[i] >= 0)
            {
                values[units[i]] = value;
            }
        }

        return (row with { ActionUnits = values }, "");
    }

    private static AnnotationFile PerFrame(
        string name, string format, int fieldCount, TextReader reader, IReadOnlyList<string> ignored, Func<List<string>, TruthRow, (TruthRow? Row, string Error)> parse)
    {
        var video = Stem(name);
        return Lines(name, format, fieldCount, reader, ignored, (fields, line) => parse(fields, new TruthRow(video, line, line - 2, double.NaN)));
    }

    private static AnnotationFile MultiTask(string name, TextReader reader) => Lines(name, "ABAW MTL", 16, reader, [], (fields, line) =>
    {
        var image = fields[0].Replace('\\', '/');
        var slash = image.LastIndexOf('/');
        var number = Stem(image);
        if (slash < 1 || !long.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var frame) || frame < 1)
        {
            return (null, $"image '{LabelText.Shown(fields[0])}' is not <video>/<frame number from 1>.jpg");
        }

        var (row, error) = AffectRow(fields[1..3], new TruthRow(image[..slash], line, frame - 1, double.NaN));
        if (row is null)
        {
            return (null, error);
        }

        if (!LabelText.TryExpressionIndex(fields[3], AbawExpressions, out var expression, out error))
        {
            return (null, error);
        }

        return ActionUnitRow(
            fields[4..],
            [.. LabelSchema.ActionUnits],
            [.. Enumerable.Range(0, LabelSchema.ActionUnits.Count)],
            row with { Expression = expression, ExpressionClasses = AbawExpressions });
    });

    /// <summary>Reads the lines after the header; blank lines at the end are nothing, blank lines inside are errors.</summary>
    internal static AnnotationFile Lines(
        string name, string format, int fieldCount, TextReader reader, IReadOnlyList<string> ignored, Func<List<string>, int, (TruthRow? Row, string Error)> parse)
    {
        var rows = new List<TruthRow>();
        var errors = new List<AnnotationError>();
        var blank = new List<AnnotationError>();
        var line = 1;
        while (reader.ReadLine() is { } text)
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
            {
                blank.Add(new AnnotationError(name, line, "the line is empty"));
                continue;
            }

            errors.AddRange(blank);
            blank.Clear();
            var fields = CsvLine.Split(text);
            if (fields is null || fields.Count != fieldCount)
            {
                errors.Add(new AnnotationError(name, line, fields is null ? "a quoted field is not closed" : $"{fields.Count} fields where {fieldCount} were expected"));
                continue;
            }

            var (row, error) = parse(fields, line);
            if (row is null)
            {
                errors.Add(new AnnotationError(name, line, error));
            }
            else
            {
                rows.Add(row);
            }
        }

        return new AnnotationFile(name, format, rows, errors, ignored);
    }
}

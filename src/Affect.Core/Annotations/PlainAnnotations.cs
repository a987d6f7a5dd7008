using System.Globalization;
using Affect.Core.Labels;

namespace Affect.Core.Annotations;

/// <summary>
/// Plain CSV with named columns, in any order: <c>video</c>; <c>frame</c> (rank from 0) or <c>time</c> (seconds); optionally <c>face</c> or
/// <c>track</c> as in the label table; any of <c>valence</c>, <c>arousal</c>, <c>expression</c> (a name), <c>AU1</c>…; empty cells are masked.
/// Other columns are ignored and named.
/// </summary>
public static class PlainAnnotations
{
    internal static AnnotationFile Read(string name, List<string> columns, TextReader reader)
    {
        int Column(string wanted) => columns.FindIndex(c => c.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        AnnotationFile Refused(string message) => new(name, "", [], [new AnnotationError(name, 1, message)], []);
        if (columns.Distinct(StringComparer.OrdinalIgnoreCase).Count() != columns.Count)
        {
            return Refused("a column appears twice");
        }

        var (video, frame, time, face, track) = (Column("video"), Column("frame"), Column("time"), Column("face"), Column("track"));
        var (valence, arousal, expression) = (Column("valence"), Column("arousal"), Column("expression"));
        var units = columns.Select((c, i) => (Column: i, Unit: LabelSchema.ActionUnitIndex(c))).Where(p => p.Unit >= 0).ToArray();
        if ((frame < 0) == (time < 0))
        {
            return Refused("one of the columns frame and time is needed, and not both");
        }

        if (valence < 0 && arousal < 0 && expression < 0 && units.Length == 0)
        {
            return Refused("there is no column valence, arousal, expression or AU…");
        }

        string[] known = ["video", "frame", "time", "face", "track", "valence", "arousal", "expression", .. LabelSchema.ActionUnits];
        string[] ignored = [.. columns.Where(c => !known.Contains(c, StringComparer.OrdinalIgnoreCase))];
        return AnnotationReader.Lines(name, "plain CSV", columns.Count, reader, ignored, (fields, line) =>
        {
            string Field(int column) => column < 0 ? "" : fields[column];
            long rank = -1;
            var seconds = double.NaN;
            if (Field(video).Length == 0)
            {
                return (null, "the video is not named");
            }

            if (frame >= 0 && !long.TryParse(Field(frame), NumberStyles.None, CultureInfo.InvariantCulture, out rank))
            {
                return (null, $"frame '{LabelText.Shown(Field(frame))}' is no whole number from 0");
            }

            if (time >= 0 && (!double.TryParse(Field(time), NumberStyles.Float, CultureInfo.InvariantCulture, out seconds) || !double.IsFinite(seconds)))
            {
                return (null, $"time '{LabelText.Shown(Field(time))}' is no number of seconds");
            }

            int faceIndex = -1, trackId = -1;
            if ((Field(face).Length > 0 && !int.TryParse(Field(face), NumberStyles.None, CultureInfo.InvariantCulture, out faceIndex)) ||
                (Field(track).Length > 0 && !int.TryParse(Field(track), NumberStyles.None, CultureInfo.InvariantCulture, out trackId)))
            {
                return (null, "face and track are whole numbers from 0, or empty");
            }

            if (!LabelText.TryAffect(Field(valence), "valence", out var v, out var error) ||
                !LabelText.TryAffect(Field(arousal), "arousal", out var a, out error) ||
                !LabelText.TryExpressionName(Field(expression), out var e, out error))
            {
                return (null, error);
            }

            var values = new sbyte[LabelSchema.ActionUnits.Count];
            Array.Fill(values, (sbyte)-1);
            foreach (var (column, unit) in units)
            {
                if (!LabelText.TryActionUnit(Field(column), columns[column], out values[unit], out error))
                {
                    return (null, error);
                }
            }

            return (new TruthRow(Field(video), line, rank, seconds)
            {
                Face = faceIndex, Track = trackId, Valence = v, Arousal = a, Expression = e, ActionUnits = values,
            }, "");
        });
    }
}

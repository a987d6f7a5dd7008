using Affect.Core.Labels;

namespace Affect.Core.Annotations;

/// <summary>Why an annotated face has no prediction.</summary>
public static class MissingReason
{
    public const string NoRow = "frame not labelled";
    public const string NoFace = "no face found";
    public const string Failed = "frame failed";
    public const string OtherPerson = "the person was not found";
    public const string NoOutput = "the model gave no value";
}

/// <summary>
/// Finds the label row that an annotation speaks of, among all rows of one video:
/// <list type="number">
/// <item>the annotation names a track or a face: that one, or none;</item>
/// <item>it speaks of the left or right person: of the two most prominent people of the frame, the one whose track lies on that side by its mean
/// x. With one face in the frame, the side is the one whose mean x, over the frames with two or more faces, is nearer; if the video never
/// shows two faces, the person cannot be told and nothing matches;</item>
/// <item>else the most prominent person: the face whose track has the largest sum of face sizes over the video (an untracked face counts its own
/// size), ties by face index. So a passer-by who is large for a moment does not replace the subject.</item>
/// </list>
/// A time matches the nearest labelled frame within the tolerance. Immutable and thread-safe.
/// </summary>
internal sealed class FaceMatcher
{
    private readonly Dictionary<long, List<LabelRow>> _frames = [];
    private readonly Dictionary<int, (double Size, double SumX, long N)> _tracks = [];
    private readonly List<(double Time, long Frame)> _times;
    private readonly (double Left, double Right)? _sides;
    private readonly double _toleranceSeconds;

    public FaceMatcher(IEnumerable<LabelRow> rows, double toleranceSeconds)
    {
        _toleranceSeconds = toleranceSeconds;
        foreach (var row in rows)
        {
            if (!_frames.TryGetValue(row.Frame, out var inFrame))
            {
                _frames[row.Frame] = inFrame = [];
            }

            inFrame.Add(row);
            if (row.Status == FrameStatus.Face && row.Track >= 0)
            {
                var (size, sumX, n) = _tracks.GetValueOrDefault(row.Track);
                _tracks[row.Track] = (size + row.SizePixels, sumX + CentreX(row), n + 1);
            }
        }

        _times = [.. _frames.Select(f => (f.Value[0].TimeSeconds, f.Key)).Order()];
        _sides = Sides();
    }

    /// <summary>The row, or null and the <see cref="MissingReason"/>.</summary>
    public LabelRow? Find(TruthRow truth, PersonSide side, out string reason)
    {
        reason = MissingReason.NoRow;
        var frame = double.IsNaN(truth.TimeSeconds) ? truth.Frame : NearestFrame(truth.TimeSeconds);
        if (!_frames.TryGetValue(frame, out var rows))
        {
            return null;
        }

        if (rows[0].Status != FrameStatus.Face)
        {
            reason = rows[0].Status == FrameStatus.NoFace ? MissingReason.NoFace : MissingReason.Failed;
            return null;
        }

        reason = MissingReason.OtherPerson;
        if (truth.Track >= 0)
        {
            return rows.FirstOrDefault(r => r.Track == truth.Track);
        }

        if (truth.Face >= 0)
        {
            return rows.FirstOrDefault(r => r.Face == truth.Face);
        }

        if (side == PersonSide.Any)
        {
            return rows.OrderByDescending(Weight).ThenBy(r => r.Face).First();
        }

        if (rows.Count == 1)
        {
            if (_sides is not { } sides)
            {
                return null;
            }

            var x = PersonX(rows[0]);
            return Math.Abs(x - sides.Left) <= Math.Abs(x - sides.Right) == (side == PersonSide.Left) ? rows[0] : null;
        }

        var (left, right) = Pair(rows);
        return side == PersonSide.Left ? left : right;
    }

    private long NearestFrame(double seconds)
    {
        var at = _times.BinarySearch((seconds, long.MinValue));
        at = at < 0 ? ~at : at;
        var nearest = -1L;
        var distance = double.PositiveInfinity;
        for (var i = Math.Max(0, at - 1); i <= at && i < _times.Count; i++)
        {
            if (Math.Abs(_times[i].Time - seconds) < distance)
            {
                distance = Math.Abs(_times[i].Time - seconds);
                nearest = _times[i].Frame;
            }
        }

        return distance <= _toleranceSeconds ? nearest : -1;
    }

    private (double Left, double Right)? Sides()
    {
        var (left, right, n) = (0.0, 0.0, 0);
        foreach (var rows in _frames.OrderBy(f => f.Key).Select(f => f.Value).Where(rows => rows.Count > 1))
        {
            var pair = Pair(rows);
            left += PersonX(pair.Left);
            right += PersonX(pair.Right);
            n++;
        }

        return n == 0 ? null : (left / n, right / n);
    }

    private (LabelRow Left, LabelRow Right) Pair(List<LabelRow> rows)
    {
        var pair = rows.OrderByDescending(Weight).ThenBy(r => r.Face).Take(2).OrderBy(PersonX).ThenBy(r => r.Face).ToArray();
        return (pair[0], pair[1]);
    }

    private double Weight(LabelRow row) => row.Track >= 0 ? _tracks[row.Track].Size : row.SizePixels;

    private double PersonX(LabelRow row) => row.Track >= 0 ? _tracks[row.Track].SumX / _tracks[row.Track].N : CentreX(row);

    private static double CentreX(LabelRow row) => row.BoxX + (row.BoxWidth / 2.0);
}

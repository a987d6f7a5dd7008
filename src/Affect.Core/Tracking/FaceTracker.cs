using Affect.Core.Labels;

namespace Affect.Core.Tracking;

/// <summary>
/// Follows faces through one video, frame by frame (tracking by detection). Holds the tracks alive and nothing else, and sees frames only: the ids do not
/// depend on how the video was cut into chunks. Deterministic. Not thread-safe; one tracker a video.
/// <para>
/// A face can join a track when its centre is within reach of the predicted one (constant velocity that decays; the reach grows with the time since the
/// track was seen, so that sampled video works), its size fits, and it looks alike. The cost of joining is
/// <c>(1 - a) * motion + a * unlikeness</c> with <c>motion = w * (1 - IoU) + (1 - w) * distance / reach</c>, <c>w = exp(-dt / 0.3 s)</c>: overlap decides between
/// neighbouring frames, distance where faces move by more than their own size between two frames; a track that missed frames pays a little more. The assignment with the least total cost is taken,
/// leaving a face or a track alone costs <see cref="TrackerOptions.MaxCost"/> each: with few faces it costs microseconds, and where two faces cross a greedy choice
/// takes the wrong pair first.
/// </para>
/// <para>Ids count from 0 in order of first appearance, in one frame by face index. Short tracks keep theirs.</para>
/// </summary>
public sealed class FaceTracker
{
    /// <summary>In face sizes: how far a centre may be from the prediction, at once and more a second.</summary>
    private const double Reach = 0.6;
    private const double ReachPerSecond = 1.5;

    /// <summary>Natural logarithm of the ratio of sizes, at once and more a second.</summary>
    private const double SizeReach = 0.5;
    private const double SizeReachPerSecond = 0.7;

    /// <summary>Beyond this time the reaches grow no more.</summary>
    private const double ReachSeconds = 1.0;

    /// <summary>Time constant with which overlap loses its say.</summary>
    private const double OverlapSeconds = 0.3;

    /// <summary>
    /// Added for a track that missed frames, at most: it may be anywhere by now, so one that was seen in the frame before has the better claim to a face
    /// that suits both (the face in front, while the track of the one behind passes it unseen).
    /// </summary>
    private const double StaleCost = 0.2;

    /// <summary>Correlation below 1 by this much counts as wholly unlike: the median of different people.</summary>
    private const double UnlikeSpan = 0.75;

    /// <summary>Time constant with which a person's looks of before lose their say.</summary>
    private const double LikenessSeconds = 1.0;

    /// <summary>
    /// A track that was seen in the frame before goes on across a longer gap than the options allow when sampling makes it, up to this.
    /// </summary>
    private const double LongestSampleGapSeconds = 5.0;

    private const double Forbidden = 1e6;

    private readonly TrackerOptions _options;
    private readonly List<Track> _tracks = [];
    private double _lastFrameSeconds = double.NegativeInfinity;
    private int _nextId;

    public FaceTracker(TrackerOptions options)
    {
        if (options.Validate() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        _options = options;
    }

    /// <summary>Tracks alive.</summary>
    public int ActiveTracks => _tracks.Count;

    /// <summary>Sets <see cref="LabelRow.Track"/> of a whole video's rows.</summary>
    /// <param name="rows">All rows of the video, ordered by frame, then face; rows without a face pass through.</param>
    /// <param name="options">Gates and weights.</param>
    public static IEnumerable<LabelRow> Assign(IEnumerable<LabelRow> rows, TrackerOptions options)
    {
        var tracker = new FaceTracker(options);
        List<LabelRow> frame = [];
        foreach (var row in rows)
        {
            if (frame.Count > 0 && row.Frame != frame[0].Frame)
            {
                foreach (var tracked in tracker.Assign(frame))
                {
                    yield return tracked;
                }

                frame.Clear();
            }

            frame.Add(row);
        }

        foreach (var tracked in frame.Count > 0 ? tracker.Assign(frame) : [])
        {
            yield return tracked;
        }
    }

    /// <summary>The rows of one frame with their tracks. A frame whose decoding failed counts as not there.</summary>
    public IReadOnlyList<LabelRow> Assign(IReadOnlyList<LabelRow> frame)
    {
        if (frame[0].Status == FrameStatus.Failed)
        {
            return [.. frame];
        }

        var faces = frame.Where(row => row.Status == FrameStatus.Face).Select(FaceObservation.Of).ToArray();
        var ids = Next(frame[0].TimeSeconds, faces);
        var next = 0;
        return [.. frame.Select(row => row.Status == FrameStatus.Face ? row with { Track = ids[next++] } : row)];
    }

    /// <summary>Takes the next frame.</summary>
    /// <param name="timeSeconds">Its time; above that of the frame before.</param>
    /// <param name="faces">Its faces by face index; none for a frame without a face.</param>
    /// <returns>Track id of each face.</returns>
    public int[] Next(double timeSeconds, IReadOnlyList<FaceObservation> faces)
    {
        if (!(timeSeconds > _lastFrameSeconds))
        {
            throw new ArgumentException($"Frames must come in order: {timeSeconds} s after {_lastFrameSeconds} s.", nameof(timeSeconds));
        }

        _tracks.RemoveAll(track => !IsAlive(track, timeSeconds));
        var looks = new Thumbnail?[faces.Count];
        for (var i = 0; i < faces.Count; i++)
        {
            looks[i] = Thumbnail.Of(faces[i].Appearance.Span);
        }

        var ids = new int[faces.Count];
        Array.Fill(ids, -1);
        if (_tracks.Count > 0 && faces.Count > 0)
        {
            Match(timeSeconds, faces, looks, ids);
        }

        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] < 0)
            {
                ids[i] = _nextId++;
                _tracks.Add(new Track(ids[i], timeSeconds, faces[i], looks[i]));
            }
        }

        _lastFrameSeconds = timeSeconds;
        return ids;
    }

    private bool IsAlive(Track track, double time)
    {
        var gap = time - track.LastSeconds;
        return gap <= _options.MaxGapSeconds || (track.LastSeconds >= _lastFrameSeconds && gap <= LongestSampleGapSeconds);
    }

    private void Match(double time, IReadOnlyList<FaceObservation> faces, Thumbnail?[] looks, int[] ids)
    {
        // One more column a track, at the price of leaving that track and one face alone.
        var cost = new double[_tracks.Count, faces.Count + _tracks.Count];
        for (var row = 0; row < _tracks.Count; row++)
        {
            var predicted = _tracks[row].Predict(time);
            var seconds = time - _tracks[row].LastSeconds;
            var stale = StaleCost * (1 - Math.Exp(-(_lastFrameSeconds - _tracks[row].LastSeconds) / OverlapSeconds));
            for (var column = 0; column < faces.Count; column++)
            {
                cost[row, column] = Cost(predicted, seconds, stale, faces[column], _tracks[row].Likeness(looks[column]));
            }

            for (var column = faces.Count; column < faces.Count + _tracks.Count; column++)
            {
                cost[row, column] = 2 * _options.MaxCost;
            }
        }

        var assigned = Assignment.Solve(cost);
        for (var row = 0; row < assigned.Length; row++)
        {
            if (assigned[row] < faces.Count)
            {
                ids[assigned[row]] = _tracks[row].Id;
                _tracks[row].Update(time, faces[assigned[row]], looks[assigned[row]]);
            }
        }
    }

    private double Cost(in FaceObservation predicted, double seconds, double stale, in FaceObservation face, double? likeness)
    {
        var grown = Math.Min(seconds, ReachSeconds);
        var size = (predicted.Size + face.Size) / 2;
        var distance = Math.Sqrt(Square(face.CentreX - predicted.CentreX) + Square(face.CentreY - predicted.CentreY));
        var farness = distance / (size * (Reach + (ReachPerSecond * grown)));
        var growth = Math.Abs(Math.Log(face.Size / predicted.Size));
        if (!(farness <= 1) || !(growth <= SizeReach + (SizeReachPerSecond * grown)) || likeness < _options.MinimumLikeness * Math.Exp(-seconds / LikenessSeconds))
        {
            return Forbidden;
        }

        var say = Math.Exp(-seconds / OverlapSeconds);
        var motion = (say * (1 - Overlap(predicted, face))) + ((1 - say) * farness);
        var cost = likeness is { } r
            ? ((1 - _options.AppearanceWeight) * motion) + (_options.AppearanceWeight * Math.Clamp((1 - r) / UnlikeSpan, 0, 1))
            : motion;
        return cost <= _options.MaxCost ? cost + stale : Forbidden;
    }

    /// <summary>Intersection over union of the two boxes.</summary>
    private static double Overlap(in FaceObservation a, in FaceObservation b)
    {
        var width = Shared(a.CentreX, a.Width, b.CentreX, b.Width);
        var height = Shared(a.CentreY, a.Height, b.CentreY, b.Height);
        var both = width * height;
        return both / ((a.Width * a.Height) + (b.Width * b.Height) - both);
    }

    private static double Shared(double a, double aLength, double b, double bLength) =>
        Math.Max(0, Math.Min(a + (aLength / 2), b + (bLength / 2)) - Math.Max(a - (aLength / 2), b - (bLength / 2)));

    private static double Square(double x) => x * x;
}

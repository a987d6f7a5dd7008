namespace Affect.Vision.Detection;

/// <summary>
/// Merges boxes of the same face. Weighted: the boxes that overlap the best one are averaged by score, the score stays the best one's
/// (google-ai-edge/mediapipe mediapipe/calculators/util/non_max_suppression_calculator.cc at 23b98e5604c9efe380a7882feb3480748b829d39). Plain: the best one is kept.
/// Not thread safe; allocates nothing once it has seen the most boxes.
/// </summary>
internal sealed class NonMaximumSuppression
{
    private readonly List<FaceDetection> _rest = [];
    private readonly List<FaceDetection> _next = [];

    /// <summary>A total order, so that results do not depend on the order of equal scores: descending score, then x, then y.</summary>
    public static int ByScore(FaceDetection one, FaceDetection other)
    {
        var order = other.Score.CompareTo(one.Score);
        order = order != 0 ? order : one.X.CompareTo(other.X);
        return order != 0 ? order : one.Y.CompareTo(other.Y);
    }

    /// <summary>Replaces the boxes by one per face, by descending score.</summary>
    public void Merge(List<FaceDetection> faces, float overlap, bool weighted)
    {
        faces.Sort(ByScore);
        _rest.Clear();
        _rest.AddRange(faces);
        faces.Clear();
        while (_rest.Count > 0)
        {
            var best = _rest[0];
            var sum = default(WeightedSum);
            sum.Add(best);
            _next.Clear();
            for (var i = 1; i < _rest.Count; i++)
            {
                var other = _rest[i];
                if (other.Overlap(best) > overlap)
                {
                    sum.Add(other);
                }
                else
                {
                    _next.Add(other);
                }
            }

            faces.Add(weighted ? sum.Mean(best.Score) : best);
            _rest.Clear();
            _rest.AddRange(_next);
        }
    }

    private struct WeightedSum
    {
        private double _weight;
        private double _x, _y, _width, _height;
        private double _rightEyeX, _rightEyeY, _leftEyeX, _leftEyeY, _noseX, _noseY, _mouthX, _mouthY, _rightEarX, _rightEarY, _leftEarX, _leftEarY;

        public void Add(in FaceDetection face)
        {
            double w = face.Score;
            _weight += w;
            _x += w * face.X;
            _y += w * face.Y;
            _width += w * face.Width;
            _height += w * face.Height;
            Add(face.RightEye, w, ref _rightEyeX, ref _rightEyeY);
            Add(face.LeftEye, w, ref _leftEyeX, ref _leftEyeY);
            Add(face.Nose, w, ref _noseX, ref _noseY);
            Add(face.Mouth, w, ref _mouthX, ref _mouthY);
            Add(face.RightEar, w, ref _rightEarX, ref _rightEarY);
            Add(face.LeftEar, w, ref _leftEarX, ref _leftEarY);
        }

        public readonly FaceDetection Mean(float score) => new(
            (float)(_x / _weight),
            (float)(_y / _weight),
            (float)(_width / _weight),
            (float)(_height / _weight),
            score,
            Point(_rightEyeX, _rightEyeY),
            Point(_leftEyeX, _leftEyeY),
            Point(_noseX, _noseY),
            Point(_mouthX, _mouthY),
            Point(_rightEarX, _rightEarY),
            Point(_leftEarX, _leftEarY));

        private readonly FacePoint Point(double x, double y) => new((float)(x / _weight), (float)(y / _weight));

        private static void Add(FacePoint point, double weight, ref double x, ref double y)
        {
            x += weight * point.X;
            y += weight * point.Y;
        }
    }
}

using Affect.Core.Failures;
using Affect.Core.Labels;
using Affect.Core.Processing;
using Affect.Vision.Alignment;
using Affect.Vision.Decoding;
using Affect.Vision.Detection;
using Affect.Vision.Labelling;

namespace Affect.Vision.Processing;

/// <summary>Collects a chunk's rows: what each selected frame came to, in whatever order the results come in.</summary>
internal sealed class FrameRows
{
    private const int FaceBits = 12;
    private readonly ChunkJob _job;
    private readonly string _modelKey;
    private readonly string _chunk;
    private readonly SortedDictionary<int, Face[]> _frames = [];

    public FrameRows(ChunkJob job, string modelKey)
    {
        _job = job;
        _modelKey = modelKey;
        _chunk = job.Chunk.Id.ToString();
    }

    /// <summary>The most faces of one frame that are labelled; a detector that finds more has gone wrong.</summary>
    public const int MaxFaces = 1 << FaceBits;

    public void AddFrame(int rank, Face[] faces) => _frames.Add(rank, faces);

    /// <summary>Identity of a face in this chunk, to find it again when its labels come.</summary>
    public long Token(int rank, int face) => ((rank - _job.Chunk.FirstFrame) << FaceBits) | (uint)face;

    public void SetScores(IEnumerable<LabelledFace> labelled)
    {
        foreach (var face in labelled)
        {
            var rank = (int)((face.Token >> FaceBits) + _job.Chunk.FirstFrame);
            _frames[rank][(int)(face.Token & (MaxFaces - 1))].Scores = face.Scores;
        }
    }

    /// <summary>The rows of all selected frames; those that the decoder did not deliver are failed, with the reason's class.</summary>
    public List<LabelRow> ToRows(IReadOnlyList<int> selectedRanks, IReadOnlyList<MissingFrame> missing)
    {
        var reasons = missing.ToDictionary(m => m.Rank, m => FailureReasons.Of(m.Kind));
        var rows = new List<LabelRow>(selectedRanks.Count);
        foreach (var rank in selectedRanks)
        {
            if (!_frames.TryGetValue(rank, out var faces))
            {
                rows.Add(Row(rank, FrameStatus.Failed) with { Reason = reasons.GetValueOrDefault(rank, FailureReasons.Of(FailureKind.Decode)) });
            }
            else if (faces.Length == 0)
            {
                rows.Add(Row(rank, FrameStatus.NoFace));
            }
            else
            {
                for (var i = 0; i < faces.Length; i++)
                {
                    rows.Add(Row(rank, faces[i], i));
                }
            }
        }

        return rows;
    }

    private LabelRow Row(int rank, FrameStatus status) => new()
    {
        Video = _job.Entry.Id,
        Frame = rank,
        Pts = _job.Index.Pts[rank],
        TimeSeconds = (double)_job.Index.Pts[rank] * _job.Info.TimeBase.Numerator / _job.Info.TimeBase.Denominator,
        Status = status,
        Chunk = _chunk,
        Model = _modelKey,
    };

    private LabelRow Row(int rank, Face face, int index)
    {
        var d = face.Detection;
        var s = face.Scores ?? throw new InvalidOperationException($"Face {index} of frame {rank} in {_chunk} was not labelled.");
        return Row(rank, FrameStatus.Face) with
        {
            Face = index,
            BoxX = d.X,
            BoxY = d.Y,
            BoxWidth = d.Width,
            BoxHeight = d.Height,
            DetectionScore = d.Score,
            Landmarks = [d.RightEye.X, d.RightEye.Y, d.LeftEye.X, d.LeftEye.Y, d.Nose.X, d.Nose.Y, d.Mouth.X, d.Mouth.Y],
            YawDegrees = face.Pose.YawDegrees,
            PitchDegrees = face.Pose.PitchDegrees,
            RollDegrees = face.Pose.RollDegrees,
            SizePixels = d.SizePixels,
            Sharpness = face.Sharpness,
            Valence = s.Valence,
            Arousal = s.Arousal,
            Expressions = s.Expressions,
            Expression = ArgMax(s.Expressions),
            ActionUnits = s.ActionUnits,
            Appearance = face.Appearance,
        };
    }

    /// <summary>Position of the largest value that is present; the first of equals; -1 where none is.</summary>
    private static int ArgMax(float[] values)
    {
        var best = -1;
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsNaN(values[i]) && (best < 0 || values[i] > values[best]))
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>A face on its way through the lane.</summary>
    internal sealed class Face(FaceDetection detection, HeadPose pose, float sharpness, byte[] appearance)
    {
        public FaceDetection Detection { get; } = detection;

        public HeadPose Pose { get; } = pose;

        public float Sharpness { get; } = sharpness;

        public byte[] Appearance { get; } = appearance;

        public AffectScores? Scores { get; set; }
    }
}

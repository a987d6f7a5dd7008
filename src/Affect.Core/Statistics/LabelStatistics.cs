using System.Text.Json.Serialization;
using Affect.Core.Labels;

namespace Affect.Core.Statistics;

/// <summary>
/// Everything the report counts over a set of frames: sums only, so statistics of parts merge into those of the whole. The identity is a
/// new instance. Counts merge exactly in any order; sums of doubles are the same bit for bit when merged in the same order
/// (<see cref="RunStatistics"/> keeps it). Not thread-safe.
/// </summary>
public sealed class LabelStatistics
{
    /// <summary>Last counter of <see cref="FacesPerFrame"/>: this many faces or more.</summary>
    public const int MostFaces = 64;

    private long _frame = -1;
    private int _faces;

    [JsonInclude]
    public FrameAccounting Frames { get; internal set; } = new();

    /// <summary>Faces found in all frames.</summary>
    [JsonInclude]
    public long Faces { get; internal set; }

    /// <summary>Searched frames by number of faces, 0 to <see cref="MostFaces"/>.</summary>
    [JsonInclude]
    public Counts FacesPerFrame { get; internal set; } = new(MostFaces + 1);

    [JsonInclude]
    public Histogram FaceSize { get; internal set; } = new(HistogramScale.FaceSize);

    [JsonInclude]
    public Histogram DetectionScore { get; internal set; } = new(HistogramScale.Score);

    [JsonInclude]
    public Histogram Sharpness { get; internal set; } = new(HistogramScale.Sharpness);

    [JsonInclude]
    public Histogram Yaw { get; internal set; } = new(HistogramScale.HalfTurn);

    [JsonInclude]
    public Histogram Pitch { get; internal set; } = new(HistogramScale.HalfTurn);

    [JsonInclude]
    public Histogram Roll { get; internal set; } = new(HistogramScale.FullTurn);

    [JsonInclude]
    public AffectMoments Affect { get; internal set; } = new();

    [JsonInclude]
    public ExpressionStatistics Expressions { get; internal set; } = new();

    [JsonInclude]
    public ActionUnitStatistics ActionUnits { get; internal set; } = new();

    /// <summary>Statistics of both, <paramref name="first"/> before <paramref name="second"/>; neither is changed.</summary>
    public static LabelStatistics Merge(LabelStatistics first, LabelStatistics second)
    {
        var merged = new LabelStatistics();
        merged.Add(first);
        merged.Add(second);
        return merged;
    }

    /// <summary>
    /// Adds a row. Rows of a frame come together, faces counted from 0, as <see cref="LabelRow"/> promises; anything else is a caller's error,
    /// since frames would be counted twice.
    /// </summary>
    internal void Add(LabelRow row, IReadOnlyList<float> thresholds)
    {
        var sameFrame = row.Status == FrameStatus.Face && row.Face > 0;
        if (sameFrame ? row.Frame != _frame || row.Face != _faces : row.Frame == _frame || (row.Status == FrameStatus.Face && row.Face != 0))
        {
            throw new ArgumentException($"Row of frame {row.Frame}, face {row.Face} cannot follow frame {_frame} with {_faces} faces.", nameof(row));
        }

        if (!sameFrame)
        {
            Frames.Add(row.Status, row.Reason);
            _frame = row.Frame;
            _faces = 0;
            if (row.Status == FrameStatus.NoFace)
            {
                FacesPerFrame.Add(0);
            }
        }

        if (row.Status != FrameStatus.Face)
        {
            return;
        }

        if (_faces > 0)
        {
            FacesPerFrame.Add(Math.Min(_faces, MostFaces), -1);
        }

        _faces++;
        Faces++;
        FacesPerFrame.Add(Math.Min(_faces, MostFaces));
        FaceSize.Add(row.SizePixels);
        DetectionScore.Add(row.DetectionScore);
        Sharpness.Add(row.Sharpness);
        Yaw.Add(row.YawDegrees);
        Pitch.Add(row.PitchDegrees);
        Roll.Add(row.RollDegrees);
        Affect.Add(row.Valence, row.Arousal);
        Expressions.Add(row);
        ActionUnits.Add(row.ActionUnits, thresholds);
    }

    internal void Add(LabelStatistics other)
    {
        Frames.Add(other.Frames);
        Faces += other.Faces;
        FacesPerFrame.Add(other.FacesPerFrame);
        FaceSize.Add(other.FaceSize);
        DetectionScore.Add(other.DetectionScore);
        Sharpness.Add(other.Sharpness);
        Yaw.Add(other.Yaw);
        Pitch.Add(other.Pitch);
        Roll.Add(other.Roll);
        Affect.Add(other.Affect);
        Expressions.Add(other.Expressions);
        ActionUnits.Add(other.ActionUnits);
    }
}

using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Core.Tracking;
using Affect.Engine.Progress;
using Affect.Storage.Indexes;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;

namespace Affect.Engine.Finalising;

/// <summary>The rows of one video from its chunk files, in order, with tracks. Read once; memory does not grow with the video.</summary>
internal sealed class VideoRows(int video) : IDisposable
{
    private readonly List<(LocalCopy? File, IEnumerable<LabelRow>? Rows)> _parts = [];
    private int _lastTrack = -1;

    public int Video { get; } = video;

    /// <summary>Tracks seen; complete when the rows have been read to their end.</summary>
    public int Tracks => _lastTrack + 1;

    public void Add(LocalCopy file) => _parts.Add((file, null));

    public void Add(IEnumerable<LabelRow> rows) => _parts.Add((null, rows));

    public IEnumerable<LabelRow> Read(RunConfiguration configuration, RunProgress progress, CancellationToken cancellationToken)
    {
        var rows = FaceTracker.Assign(
            _parts.SelectMany(p => p.Rows ?? LabelParquet.Read(p.File!.Path, cancellationToken)), configuration.Tracking);
        if (configuration.Smoothing is { } smoothing)
        {
            rows = LabelSmoother.Smooth(rows, smoothing);
        }

        foreach (var row in rows)
        {
            _lastTrack = Math.Max(_lastTrack, row.Track);
            yield return row;
        }

        progress.UnitDone();
    }

    public void Dispose() => _parts.ForEach(p => p.File?.Dispose());
}

/// <summary>Rows for the frames of a chunk that was given up: each selected frame failed, with the reason.</summary>
internal static class LostRows
{
    public static List<LabelRow> Of(ChunkSpec chunk, IndexedVideo video, RunConfiguration configuration, string reason)
    {
        var selected = FrameSelector.Select(video.Frames, video.Info.TimeBase, configuration.Sampling);
        var model = configuration.ModelKey;
        return [.. selected.RanksIn(chunk).Select(rank => new LabelRow
        {
            Video = chunk.VideoId,
            Frame = rank,
            Pts = video.Frames.Pts[rank],
            TimeSeconds = (double)video.Frames.Pts[rank] * video.Info.TimeBase.Numerator / video.Info.TimeBase.Denominator,
            Status = FrameStatus.Failed,
            Reason = reason,
            Chunk = chunk.Id.ToString(),
            Model = model,
        })];
    }
}

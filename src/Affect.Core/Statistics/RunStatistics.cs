using Affect.Core.Planning;
using Affect.Core.Runs;

namespace Affect.Core.Statistics;

/// <summary>
/// The statistics of a run, live or finished. Figures are those of folding the chunks of each video by chunk number and then the videos by number, in
/// double precision. So they depend on which chunks are in, and a job's live figures equal bit for bit the final ones of the same chunks. Not thread-safe.
/// </summary>
/// <remarks>
/// Memory: a video is reduced to its figures as soon as the next one begins, so a run costs about 2 KB a video, and nothing a chunk.
/// </remarks>
public sealed class RunStatistics
{
    private readonly Dictionary<int, VideoFigures> _videos = [];
    private readonly Dictionary<int, FrameCounts> _lost = [];
    private readonly LabelStatistics _before = new();
    private readonly LabelStatistics _lostLabels = new();
    private LabelStatistics _labels = new();
    private TimeSeries? _series;
    private ChunkId? _last;

    /// <summary>Adds a chunk; they come in plan order.</summary>
    /// <exception cref="ArgumentException">The chunk, or a later one, is in already; or it is of another length of its video.</exception>
    public void Add(ChunkStatistics chunk)
    {
        if (_last >= chunk.Chunk)
        {
            throw new ArgumentException($"Chunk {chunk.Chunk} cannot follow {_last}.", nameof(chunk));
        }

        if (_series is null || _last?.Video != chunk.Chunk.Video)
        {
            EndVideo();
            _series = new TimeSeries(chunk.Series.FrameCount);
        }

        _series.Add(chunk.Series);
        _labels.Add(chunk.Labels);
        _last = chunk.Chunk;
    }

    /// <summary>
    /// Adds what is known of a chunk that was given up: how many frames, and why. It can come at any time: counts add up to the same in any order.
    /// </summary>
    /// <exception cref="ArgumentException">It holds frames that were searched.</exception>
    public void AddLost(ChunkStatistics chunk)
    {
        if (chunk.Labels.Frames is { WithFace: > 0 } or { WithoutFace: > 0 })
        {
            throw new ArgumentException($"Chunk {chunk.Chunk} is not lost: some of its frames were searched.", nameof(chunk));
        }

        _lostLabels.Add(chunk.Labels);
        _lost[chunk.Chunk.Video] = _lost.GetValueOrDefault(chunk.Chunk.Video) + chunk.Labels.Frames.ToCounts(0);
    }

    /// <summary>The video's figures so far, or null when none of its chunks is in.</summary>
    public VideoFigures? Video(int video)
    {
        var figures = _last?.Video == video ? VideoFigures.Of(_labels, _series!) : _videos.GetValueOrDefault(video);
        return !_lost.TryGetValue(video, out var lost) ? figures
            : figures is null ? VideoFigures.Of(new LabelStatistics(), new TimeSeries(1)) with { Frames = lost }
            : figures with { Frames = figures.Frames + lost };
    }

    /// <summary>Everything so far.</summary>
    public LabelStatistics Total()
    {
        var total = LabelStatistics.Merge(_before, _labels);
        total.Add(_lostLabels);
        return total;
    }

    private void EndVideo()
    {
        if (_last is { } last)
        {
            _videos[last.Video] = VideoFigures.Of(_labels, _series!);
            _before.Add(_labels);
            _labels = new LabelStatistics();
        }
    }
}

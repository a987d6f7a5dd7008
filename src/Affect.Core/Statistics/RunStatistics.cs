using Affect.Core.Planning;

namespace Affect.Core.Statistics;

/// <summary>Statistics of one video: its chunks folded in order. A snapshot: never changed.</summary>
/// <param name="Video">The video's number in the manifest.</param>
/// <param name="Chunks">Chunks that went in.</param>
public sealed record VideoStatistics(int Video, int Chunks, LabelStatistics Labels, TimeSeries Series);

/// <summary>
/// The statistics of a run, live or finished. Chunks may come in any order; figures are always those of folding the chunks of each
/// video by chunk number and then the videos by number, in double precision. So the figures depend on which chunks are in, not on when they came,
/// and a job's live figures equal bit for bit the final ones of the same chunks. Not thread-safe.
/// </summary>
/// <remarks>
/// Memory: chunks of a video are folded for good as soon as all before them are there, so a run costs at most about 40 KB a video, and nothing a chunk.
/// </remarks>
public sealed class RunStatistics
{
    private readonly SortedDictionary<int, VideoFold> _videos = [];

    /// <summary>Chunks that went in.</summary>
    public int Chunks { get; private set; }

    /// <summary>Adds a chunk; false (and nothing changes) when that chunk is already in.</summary>
    public bool Add(ChunkStatistics chunk)
    {
        if (!_videos.TryGetValue(chunk.Chunk.Video, out var fold))
        {
            _videos[chunk.Chunk.Video] = fold = new VideoFold(chunk.Chunk.Video, chunk.Series.FrameCount);
        }

        if (!fold.Add(chunk))
        {
            return false;
        }

        Chunks++;
        return true;
    }

    /// <summary>The video's statistics so far, or null when none of its chunks is in.</summary>
    public VideoStatistics? Video(int video) => _videos.TryGetValue(video, out var fold) ? fold.Snapshot() : null;

    /// <summary>Videos with at least one chunk, by number.</summary>
    public IEnumerable<VideoStatistics> Videos => _videos.Values.Select(fold => fold.Snapshot());

    /// <summary>Everything so far.</summary>
    public LabelStatistics Total()
    {
        var total = new LabelStatistics();
        foreach (var video in Videos)
        {
            total.Add(video.Labels);
        }

        return total;
    }

    private sealed class VideoFold(int video, long frameCount)
    {
        private readonly SortedList<int, ChunkStatistics> _waiting = [];
        private readonly LabelStatistics _labels = new();
        private readonly TimeSeries _series = new(frameCount);
        private int _folded;
        private VideoStatistics? _snapshot;

        public bool Add(ChunkStatistics chunk)
        {
            if (chunk.Chunk.Chunk < _folded || _waiting.ContainsKey(chunk.Chunk.Chunk))
            {
                return false;
            }

            if (chunk.Series.FrameCount != frameCount)
            {
                throw new ArgumentException($"Chunk {chunk.Chunk} counts {chunk.Series.FrameCount} frames in its video, not {frameCount}.", nameof(chunk));
            }

            _waiting.Add(chunk.Chunk.Chunk, chunk);
            while (_waiting.Count > 0 && _waiting.GetKeyAtIndex(0) == _folded)
            {
                _labels.Add(_waiting.GetValueAtIndex(0).Labels);
                _series.Add(_waiting.GetValueAtIndex(0).Series);
                _waiting.RemoveAt(0);
                _folded++;
            }

            _snapshot = null;
            return true;
        }

        public VideoStatistics Snapshot()
        {
            if (_snapshot is null)
            {
                // x + 0 is x bit for bit, so starting from a copy of the folded part keeps the left-to-right order of the additions.
                var labels = new LabelStatistics();
                var series = new TimeSeries(frameCount);
                labels.Add(_labels);
                series.Add(_series);
                foreach (var chunk in _waiting.Values)
                {
                    labels.Add(chunk.Labels);
                    series.Add(chunk.Series);
                }

                _snapshot = new VideoStatistics(video, _folded + _waiting.Count, labels, series);
            }

            return _snapshot;
        }
    }
}

using Affect.Core.Labels;
using Affect.Core.Metrics;
using Affect.Core.Statistics;

namespace Affect.Core.Annotations;

/// <summary>Sums of one video.</summary>
public sealed record VideoEvaluation(string Video, EvaluationSums Sums);

/// <summary>
/// Evaluation of a run against annotations: give it all annotation files, then ask it, video by video, with the label rows. Annotations of videos
/// that the run does not hold are problems, reported beside unreadable lines. Not thread-safe.
/// </summary>
public sealed class Evaluation
{
    private readonly Dictionary<string, List<(TruthRow Row, PersonSide Side)>> _truth = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, EvaluationSums> _videos = new(StringComparer.Ordinal);
    private readonly List<AnnotationError> _problems = [];
    private readonly SortedSet<string> _ignored = new(StringComparer.Ordinal);

    public Evaluation(IEnumerable<string> videoIds, IEnumerable<AnnotationFile> files)
    {
        var names = new VideoNames(videoIds);
        foreach (var file in files)
        {
            _problems.AddRange(file.Errors);
            _ignored.UnionWith(file.IgnoredColumns);
            foreach (var video in file.Rows.GroupBy(row => row.Video, StringComparer.Ordinal))
            {
                var resolved = names.Resolve(video.Key);
                if (resolved.VideoId is null)
                {
                    var rows = video.ToList();
                    UnmatchedRows += rows.Count;
                    _problems.Add(new AnnotationError(file.Name, rows[0].Line, $"{resolved.Problem}: {rows.Count} annotations not evaluated"));
                    continue;
                }

                if (!_truth.TryGetValue(resolved.VideoId, out var truth))
                {
                    _truth[resolved.VideoId] = truth = [];
                }

                truth.AddRange(video.Select(row => (row, resolved.Side)));
            }
        }
    }

    /// <summary>Annotations of videos that the run does not hold.</summary>
    public long UnmatchedRows { get; }

    /// <summary>Lines that were not understood and videos that were not found.</summary>
    public IReadOnlyList<AnnotationError> Problems => _problems;

    /// <summary>Label columns that this project does not predict.</summary>
    public IEnumerable<string> IgnoredColumns => _ignored;

    /// <summary>Videos of the run with annotations; each must be evaluated once, a failed one with no rows, so that its annotations count as missing.</summary>
    public IEnumerable<string> AnnotatedVideos => _truth.Keys.Order(StringComparer.Ordinal);

    /// <summary>Evaluated videos, by id.</summary>
    public IEnumerable<VideoEvaluation> Videos => _videos.Select(v => new VideoEvaluation(v.Key, v.Value));

    public void Add(string videoId, IEnumerable<LabelRow> rows, VideoEvaluator evaluator)
    {
        if (_truth.TryGetValue(videoId, out var truth))
        {
            _videos.Add(videoId, evaluator.Evaluate(rows, truth));
        }
    }

    /// <summary>All frames together, merged in the order of the video ids.</summary>
    public EvaluationSums Pooled()
    {
        var pooled = new EvaluationSums();
        foreach (var video in _videos.Values)
        {
            pooled.Add(video);
        }

        return pooled;
    }

    /// <summary>A 95 % interval of a pooled score, videos resampled whole (frames of a video are not independent).</summary>
    public Interval? Interval(Func<EvaluationSums, Measure> score) => VideoBootstrap.Interval(
        [.. _videos.Values], () => new EvaluationSums(), (sum, part) => sum.Add(part), score);
}

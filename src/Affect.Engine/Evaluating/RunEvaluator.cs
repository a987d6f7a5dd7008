using Affect.Core.Annotations;
using Affect.Core.Labels;
using Affect.Engine.Runs;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;

namespace Affect.Engine.Evaluating;

/// <summary>Feeds an evaluation with the final labels of a run, file by file; one video's rows are in memory at a time.</summary>
public static class RunEvaluator
{
    public static async Task AddAsync(
        Evaluation evaluation, VideoEvaluator evaluator, RunStore store, IReadOnlyList<string> labelFiles, string scratchFolder, CancellationToken cancellationToken)
    {
        var left = evaluation.AnnotatedVideos.ToHashSet(StringComparer.Ordinal);
        foreach (var name in labelFiles)
        {
            if (left.Count == 0)
            {
                break;
            }

            using var file = await store.Objects.OpenLocalAsync(name, scratchFolder, cancellationToken).ConfigureAwait(false);
            foreach (var (video, rows) in ByVideo(LabelParquet.Read(file.Path, cancellationToken), left))
            {
                evaluation.Add(video, rows, evaluator);
                left.Remove(video);
            }
        }

        // Videos that could not be read have no rows: their annotations are missing, not forgotten.
        foreach (var video in left)
        {
            evaluation.Add(video, [], evaluator);
        }
    }

    /// <summary>The rows of a video lie together (LabelParquet); those of videos that nobody asks for are passed over.</summary>
    private static IEnumerable<(string Video, List<LabelRow> Rows)> ByVideo(IEnumerable<LabelRow> rows, HashSet<string> wanted)
    {
        var current = new List<LabelRow>();
        foreach (var row in rows)
        {
            if (current.Count > 0 && current[0].Video != row.Video)
            {
                yield return (current[0].Video, current);
                current = [];
            }

            if (current.Count > 0 || wanted.Contains(row.Video))
            {
                current.Add(row);
            }
        }

        if (current.Count > 0)
        {
            yield return (current[0].Video, current);
        }
    }
}

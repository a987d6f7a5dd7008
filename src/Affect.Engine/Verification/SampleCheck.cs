using System.Collections.Concurrent;
using Affect.Core.Labels;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Engine.Finalising;
using Affect.Engine.Runs;
using Affect.Engine.Working;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;

namespace Affect.Engine.Verification;

/// <summary>Some consecutive selected frames of a chunk.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Attempt">Chunk and attempt that won.</param>
/// <param name="IsWhole">None of the chunk's frames failed.</param>
/// <param name="First">Position among the chunk's selected frames.</param>
/// <param name="Count">Number of frames.</param>
internal sealed record FrameWindow(ChunkSpec Chunk, LeaseToken Attempt, bool IsWhole, int First, int Count);

/// <summary>Labels a seeded sample of frames again and compares.</summary>
internal sealed class SampleCheck(
    RunStore store, RunDefinition run, IVideoLibrary videos, Func<IChunkProcessor> createProcessor, string scratchFolder, RowComparer comparer, Findings findings)
{
    /// <summary>Consecutive frames taken together: reaching the first of them costs decoding from its keyframe on, the others come with it.</summary>
    public const int WindowFrames = 8;

    /// <summary>The windows of a sample: the same seed and markers give the same; each window of the run is as likely as any other.</summary>
    public static IReadOnlyList<FrameWindow> Choose(IReadOnlyList<ChunkSpec> plan, DoneMarkers done, int frames, int seed)
    {
        // Windows are numbered through the run and only those that are drawn are made: of a thousand hours there are tens of millions.
        var chunks = plan.Select(chunk => (Spec: chunk, Marker: done.Find(chunk.Id))).Where(chunk => chunk.Marker is not null).ToList();
        var ends = new long[chunks.Count];
        for (var (i, end) = (0, 0L); i < chunks.Count; i++)
        {
            ends[i] = end += (SelectedIn(chunks[i].Marker!.Value) + WindowFrames - 1) / WindowFrames;
        }

        // Partial Fisher-Yates; a number that is not in the table stands where it always stood.
        var (random, moved, windows, count) = (new Random(seed), new Dictionary<long, long>(), new List<FrameWindow>(), 0);
        for (var taken = 0L; ends.Length > 0 && taken < ends[^1] && count < frames; taken++)
        {
            var other = random.NextInt64(taken, ends[^1]);
            var number = moved.GetValueOrDefault(other, other);
            moved[other] = moved.GetValueOrDefault(taken, taken);
            var at = Array.BinarySearch(ends, number + 1);
            at = at < 0 ? ~at : at;
            while (at > 0 && ends[at - 1] == ends[at])
            {
                at--;
            }

            var marker = chunks[at].Marker!.Value;
            var first = (int)(number - (at == 0 ? 0 : ends[at - 1])) * WindowFrames;
            windows.Add(new FrameWindow(chunks[at].Spec, marker.Token, !done.Problems.ContainsKey(marker.Chunk), first, Math.Min(WindowFrames, SelectedIn(marker) - first)));
            count += windows[^1].Count;
        }

        return [.. windows.OrderBy(w => w.Chunk.Id).ThenBy(w => w.First)];

        static int SelectedIn(DoneMarker marker) => (int)(marker.Counts.Frames - marker.Counts.Skipped);
    }

    /// <summary>Compares the windows, several at a time.</summary>
    public async Task CheckAsync(IReadOnlyList<FrameWindow> windows, int workers, CancellationToken cancellationToken)
    {
        var queue = new ConcurrentQueue<FrameWindow>(windows);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(workers, windows.Count)).Select(_ => Task.Run(
            async () =>
            {
                using var processor = createProcessor();
                while (queue.TryDequeue(out var window))
                {
                    await CheckAsync(window, processor, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken))).ConfigureAwait(false);
    }

    private async Task CheckAsync(FrameWindow window, IChunkProcessor processor, CancellationToken cancellationToken)
    {
        var chunk = window.Chunk;
        void Wrong(long? frame, string message) => findings.Add("sample", chunk.VideoId, chunk.Id.ToString(), frame, message);
        var opening = await videos.OpenAsync(chunk.Id.Video, cancellationToken).ConfigureAwait(false);
        if (opening.Video is not { } video)
        {
            Wrong(null, $"the video cannot be had: {opening.Failure!.Message}");
            return;
        }

        using var _ = video;
        var sampling = run.Record.Configuration.Sampling;
        int[] ranks = [.. FrameSelector.Select(video.Index, video.Info.TimeBase, sampling).RanksIn(chunk).Skip(window.First).Take(window.Count)];
        if (ranks.Length == 0)
        {
            Wrong(null, "the frames of the sample are not in the video");
            return;
        }

        // What a damaged stream gives depends on where decoding begins: there the whole chunk is decoded as it was.
        var narrowed = window.IsWhole ? FrameRange.Narrow(sampling, video.Index, video.Info.TimeBase, ranks[0], ranks[^1]) : sampling;
        var job = new ChunkJob(chunk, video.Entry, video.LocalPath, video.Info, video.Index, narrowed);
        var outcome = await processor.ProcessAsync(job, SilentObserver.Instance, cancellationToken).ConfigureAwait(false);
        if (outcome is not ChunkOutcome.Labelled labelled)
        {
            Wrong(ranks[0], $"it cannot be decoded again: {((ChunkOutcome.Failed)outcome).Failure.Message}");
            return;
        }

        bool InWindow(LabelRow row) => row.Frame >= ranks[0] && row.Frame <= ranks[^1];
        List<LabelRow> stored;
        try
        {
            using var file = await store.Objects.OpenLocalAsync(store.Layout.Chunk(window.Attempt), scratchFolder, cancellationToken).ConfigureAwait(false);
            stored = [.. LabelParquet.Read(file.Path, cancellationToken).Where(InWindow)];
        }
        catch (Exception e) when (e is InvalidDataException or ObjectNotFoundException or FileNotFoundException)
        {
            Wrong(null, e.Message);
            return;
        }

        Compare([.. labelled.Rows.Where(InWindow)], stored, Wrong);
    }

    private void Compare(List<LabelRow> fresh, List<LabelRow> stored, Action<long?, string> wrong)
    {
        foreach (var frame in fresh.Concat(stored).Select(r => r.Frame).Distinct().Order())
        {
            var (expected, actual) = (fresh.Where(r => r.Frame == frame).ToList(), stored.Where(r => r.Frame == frame).ToList());
            if (expected.Count != actual.Count)
            {
                wrong(frame, $"{actual.Count} rows are stored, labelling it again gives {expected.Count}");
                continue;
            }

            foreach (var (e, a) in expected.Zip(actual))
            {
                if (comparer.Difference(e, a, withTrack: false, withAppearance: true) is { } difference)
                {
                    wrong(frame, $"face {a.Face}: {difference}");
                }
            }
        }
    }

    private sealed class SilentObserver : IChunkObserver
    {
        public static readonly SilentObserver Instance = new();

        public void Advanced(int frames, int faces, StageTimings spent)
        {
        }
    }
}

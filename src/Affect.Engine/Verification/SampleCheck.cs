using System.Collections.Concurrent;
using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Engine.Runs;
using Affect.Engine.Working;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;

namespace Affect.Engine.Verification;

/// <summary>Some consecutive selected frames of a chunk.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Done">Its marker.</param>
/// <param name="First">Position among the chunk's selected frames.</param>
/// <param name="Count">Number of frames.</param>
internal sealed record FrameWindow(ChunkSpec Chunk, DoneRecord Done, int First, int Count);

/// <summary>Labels a seeded sample of frames again and compares.</summary>
internal sealed class SampleCheck(
    RunStore store, RunDefinition run, IVideoLibrary videos, Func<IChunkProcessor> createProcessor, string scratchFolder, RowComparer comparer, Findings findings)
{
    /// <summary>Consecutive frames taken together: reaching the first of them costs decoding from its keyframe on, the others come with it.</summary>
    public const int WindowFrames = 8;

    /// <summary>The windows of a sample: the same seed and markers give the same; each frame of the run is as likely as any other.</summary>
    public static IReadOnlyList<FrameWindow> Choose(IReadOnlyList<ChunkSpec> plan, IReadOnlyDictionary<ChunkId, DoneRecord> done, int frames, int seed)
    {
        var all = new List<FrameWindow>();
        foreach (var chunk in plan)
        {
            if (done.TryGetValue(chunk.Id, out var record))
            {
                var counts = record.Frames.Counts;
                var selected = (int)(counts.Frames - counts.Skipped);
                for (var first = 0; first < selected; first += WindowFrames)
                {
                    all.Add(new FrameWindow(chunk, record, first, Math.Min(WindowFrames, selected - first)));
                }
            }
        }

        // Partial Fisher-Yates: only what is drawn is moved.
        var random = new Random(seed);
        var taken = 0;
        var count = 0;
        while (taken < all.Count && count < frames)
        {
            var other = random.Next(taken, all.Count);
            (all[taken], all[other]) = (all[other], all[taken]);
            count += all[taken].Count;
            taken++;
        }

        return [.. all.Take(taken).OrderBy(w => w.Chunk.Id).ThenBy(w => w.First)];
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
        var narrowed = window.Done.Problem is null ? FrameRange.Narrow(sampling, video.Index, video.Info.TimeBase, ranks[0], ranks[^1]) : sampling;
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
            using var file = await store.Objects.OpenLocalAsync(store.Layout.Root + window.Done.ObjectName, scratchFolder, cancellationToken).ConfigureAwait(false);
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

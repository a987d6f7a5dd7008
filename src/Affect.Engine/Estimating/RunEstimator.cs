using System.Diagnostics;
using System.Text.Json;
using Affect.Core.Labels;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Core.Statistics;
using Affect.Engine.Preparing;
using Affect.Engine.Working;
using Affect.Storage.Parquet;

namespace Affect.Engine.Estimating;

/// <summary>
/// Estimates a run by really labelling a few frames of up to three of its videos, at two places each, in as many lanes at once as the run will have. The videos
/// are those in the middle of the lower, middle and upper third of the corpus by picture size, weighted by frames.
/// </summary>
/// <param name="videos">The corpus.</param>
/// <param name="createProcessor">Makes a lane of the run's own pipeline.</param>
/// <param name="configuration">The run's.</param>
/// <param name="thresholds">For the markers' statistics.</param>
/// <param name="scratchFolder">Where the sample's Parquet file is written and removed again.</param>
public sealed class RunEstimator(
    IVideoLibrary videos, Func<IChunkProcessor> createProcessor, RunConfiguration configuration, IReadOnlyList<float> thresholds, string scratchFolder)
{
    private const int MostVideos = 3;

    /// <summary>Frames a lane and place: enough that a lane's rate is steady, few enough that a plan takes seconds.</summary>
    private const int FramesPerPlace = 48;

    /// <summary>No further place is begun after this time.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(30);

    /// <summary>What a machine varies by from one minute to the next, and a video from its sampled places.</summary>
    private const double Faster = 1.15;
    private const double Slower = 1.4;

    /// <returns>The estimate, or null where no frame could be labelled.</returns>
    public async Task<RunEstimate?> EstimateAsync(PreparedCorpus corpus, int workers, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var lanes = Math.Min(workers, Environment.ProcessorCount);
        var chunks = corpus.Plan.ToLookup(c => c.Id.Video);
        var samples = new List<(int Video, SampledVideo Sample, List<LabelRow> Rows)>();
        var processors = Enumerable.Range(0, lanes).Select(_ => createProcessor()).ToList();
        try
        {
            foreach (var video in Choose(corpus))
            {
                if (samples.Count > 0 && watch.Elapsed > Budget)
                {
                    break;
                }

                if (await MeasureAsync(video, corpus.Videos[video].Id, [.. chunks[video]], processors, cancellationToken).ConfigureAwait(false) is { } measured)
                {
                    samples.Add((video, measured.Sample, measured.Rows));
                }
            }
        }
        finally
        {
            processors.ForEach(p => p.Dispose());
        }

        return samples.Count == 0 ? null : await ExtrapolateAsync(corpus, samples, lanes, watch, cancellationToken).ConfigureAwait(false);
    }

    private static List<int> Choose(PreparedCorpus corpus)
    {
        var bySize = Enumerable.Range(0, corpus.Videos.Count).Where(i => corpus.Videos[i].SelectedFrames > 0).OrderBy(i => Pixels(corpus, i)).ThenBy(i => i).ToList();
        var total = bySize.Sum(i => corpus.Videos[i].SelectedFrames);
        var chosen = new List<int>();
        for (var third = 0; third < MostVideos; third++)
        {
            var wanted = total * ((2 * third) + 1) / (2.0 * MostVideos);
            var seen = 0L;
            foreach (var i in bySize)
            {
                seen += corpus.Videos[i].SelectedFrames;
                if (seen >= wanted)
                {
                    chosen.Add(i);
                    break;
                }
            }
        }

        return [.. chosen.Distinct()];
    }

    private static long Pixels(PreparedCorpus corpus, int video) => (long)corpus.Videos[video].Info!.Width * corpus.Videos[video].Info!.Height;

    private async Task<(SampledVideo Sample, List<LabelRow> Rows)?> MeasureAsync(
        int video, string id, IReadOnlyList<ChunkSpec> chunks, List<IChunkProcessor> processors, CancellationToken cancellationToken)
    {
        var opening = await videos.OpenAsync(video, cancellationToken).ConfigureAwait(false);
        if (opening.Video is not { } opened)
        {
            return null;
        }

        using var _ = opened;
        var selection = FrameSelector.Select(opened.Index, opened.Info.TimeBase, configuration.Sampling);
        var busy = chunks.Where(c => selection.CountIn(c) > 0).ToList();
        var rates = new List<double>();
        var rows = new SortedDictionary<long, List<LabelRow>>();
        var (frames, faces, laneFrames, starts) = (0, 0, 0, new List<double>());
        foreach (var chunk in new[] { busy[busy.Count / 4], busy[busy.Count * 3 / 4] })
        {
            // Within one chunk the second place is its middle; reaching it costs what it costs.
            var skip = rates.Count > 0 && busy.Count == 1 ? selection.CountIn(chunk) / 2 : 0;
            int[] ranks = [.. selection.RanksIn(chunk).Skip(skip).Take(FramesPerPlace)];
            var part = FrameRange.Narrow(configuration.Sampling, opened.Index, opened.Info.TimeBase, ranks[0], ranks[^1]);
            var job = new ChunkJob(chunk, opened.Entry, opened.LocalPath, opened.Info, opened.Index, part);
            if (rates.Count == 0)
            {
                // The first frames of a process compile its code, and a GPU's of each picture size plan its convolutions for seconds: they say nothing of the run.
                var few = FrameRange.Narrow(configuration.Sampling, opened.Index, opened.Info.TimeBase, ranks[0], ranks[Math.Min(7, ranks.Length - 1)]);
                await Task.WhenAll(processors.Select(p => Task.Run(() => p.ProcessAsync(job with { Sampling = few }, new LaneClock(), cancellationToken), cancellationToken)))
                    .ConfigureAwait(false);
            }

            var clocks = processors.Select(_ => new LaneClock()).ToList();
            var outcomes = await Task.WhenAll(processors.Select((p, i) => Task.Run(() => p.ProcessAsync(job, clocks[i], cancellationToken), cancellationToken))).ConfigureAwait(false);
            if (outcomes[0] is not ChunkOutcome.Labelled labelled)
            {
                continue;
            }

            rates.Add(clocks.Sum(c => c.FramesPerSecond));
            starts.AddRange(clocks.Select(c => c.StartSeconds));
            frames += clocks.Sum(c => c.Frames);
            laneFrames += clocks[0].Frames;
            faces += clocks[0].Faces;
            foreach (var frame in labelled.Rows.GroupBy(r => r.Frame))
            {
                rows[frame.Key] = [.. frame];
            }
        }

        return rates.Count == 0 || rates.Min() <= 0 || laneFrames == 0
            ? null
            : (new SampledVideo(id, frames, (double)faces / laneFrames, rates.Min(), rates.Max(), starts.Average()), [.. rows.Values.SelectMany(r => r)]);
    }

    private async Task<RunEstimate> ExtrapolateAsync(
        PreparedCorpus corpus, List<(int Video, SampledVideo Sample, List<LabelRow> Rows)> samples, int lanes, Stopwatch watch, CancellationToken cancellationToken)
    {
        var (expected, low, high, rowCount) = (0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < corpus.Videos.Count; i++)
        {
            var video = corpus.Videos[i];
            if (video.SelectedFrames == 0)
            {
                continue;
            }

            var (_, sample, rows) = samples.MinBy(s => Math.Abs(Math.Log((double)Pixels(corpus, s.Video) / Pixels(corpus, i))));
            var start = video.Chunks * sample.StartSeconds / lanes;
            expected += (video.SelectedFrames / sample.FramesPerSecond) + start;
            low += (video.SelectedFrames / (sample.FastestFramesPerSecond * Faster)) + (start / Faster);
            high += (video.SelectedFrames * Slower / sample.SlowestFramesPerSecond) + (start * Slower);
            rowCount += video.SelectedFrames * (double)rows.Count / Math.Max(1, rows.Select(r => r.Frame).Distinct().Count());
        }

        var (perFile, perRow) = await BytesAsync(samples.SelectMany(s => s.Rows).ToList(), LabelFileKind.Chunk, cancellationToken).ConfigureAwait(false);
        var (perLabels, perLabelRow) = await BytesAsync(samples.SelectMany(s => s.Rows).ToList(), LabelFileKind.Labels, cancellationToken).ConfigureAwait(false);
        var fixedBytes = (corpus.Plan.Count * (perFile + MarkerBytes(corpus, samples[0]))) + perLabels;
        EstimateRange disk = new(
            fixedBytes + (rowCount * 0.5 * (perRow + perLabelRow)), fixedBytes + (rowCount * (perRow + perLabelRow)), fixedBytes + (rowCount * 1.5 * (perRow + perLabelRow)));
        var selected = corpus.Videos.Sum(v => v.SelectedFrames);
        return new RunEstimate(
            [.. samples.Select(s => s.Sample)], lanes, selected / expected, new EstimateRange(low, expected, high), disk, perRow, watch.Elapsed.TotalSeconds);
    }

    /// <summary>Bytes of a file without rows (about), and of each row: the difference of a file of all rows and a file of one.</summary>
    private async Task<(double File, double Row)> BytesAsync(List<LabelRow> rows, LabelFileKind kind, CancellationToken cancellationToken)
    {
        async Task<long> SizeAsync(IEnumerable<LabelRow> some)
        {
            Directory.CreateDirectory(scratchFolder);
            var path = Path.Combine(scratchFolder, $"estimate-{Guid.NewGuid():N}.parquet");
            try
            {
                var metadata = new LabelFileMetadata(kind, "estimate", configuration.ModelKey, configuration.Detector.Model.Sha256, "0");
                await LabelParquet.WriteAsync(some, metadata, path, cancellationToken).ConfigureAwait(false);
                return new FileInfo(path).Length;
            }
            finally
            {
                File.Delete(path);
            }
        }

        var all = await SizeAsync(rows).ConfigureAwait(false);
        var one = await SizeAsync(rows.Take(1)).ConfigureAwait(false);
        return (one, rows.Count > 1 ? (double)(all - one) / (rows.Count - 1) : one);
    }

    private long MarkerBytes(PreparedCorpus corpus, (int Video, SampledVideo Sample, List<LabelRow> Rows) sample)
    {
        const int otherFields = 700;
        var chunk = corpus.Plan.First(c => c.Id.Video == sample.Video);
        var statistics = new ChunkStatistics(chunk, corpus.Videos[sample.Video].Frames);
        foreach (var row in sample.Rows)
        {
            statistics.Add(row, thresholds);
        }

        return JsonSerializer.SerializeToUtf8Bytes(statistics).Length + otherFields;
    }
}

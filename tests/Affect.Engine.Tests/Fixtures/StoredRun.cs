using Affect.Core.Corpora;
using Affect.Core.Failures;
using Affect.Core.Labels;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Core.Tracking;
using Affect.Core.Video;
using Affect.Engine.Finalising;
using Affect.Engine.Local;
using Affect.Engine.Progress;
using Affect.Engine.Runs;
using Affect.Engine.Working;
using Affect.Storage.Indexes;
using Affect.Storage.Layout;
using Affect.Storage.Objects;
using Affect.Storage.Parquet;
using Microsoft.Extensions.Logging.Abstractions;

namespace Affect.Engine.Tests.Fixtures;

/// <summary>A video that exists as an index and as the rows that labelling it gives; there are no bytes.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Frames">Its frames, 25 a second.</param>
/// <param name="Label">The face of a frame, or null for none. Must not depend on anything but the frame.</param>
internal sealed record MadeVideo(string Id, int Frames, Func<int, LabelRow?> Label)
{
    public string Content { get; init; } = $"sha256:{Id.GetHashCode(StringComparison.Ordinal):x8}";
}

/// <summary>
/// A run in a folder made by the real engine (ledger, workers, committer, finaliser) over a processor that makes its rows up, so that what storage holds can be
/// tested without ffmpeg and models.
/// </summary>
internal sealed class StoredRun : IDisposable
{
    public const int ChunkFrames = 20;
    private static readonly Rational TimeBase = new(1, 1000);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"affect-test-{Guid.NewGuid():N}");

    private StoredRun(IReadOnlyList<MadeVideo> videos, Sampling sampling, int chunkFrames)
    {
        Objects = new LocalObjectStore(_folder);
        Videos = new MadeLibrary(videos);
        var entries = videos.Select(v => new CorpusEntry(v.Id, $"/made/{v.Id}", EntryKind.Video, v.Content, v.Frames)).ToList();
        Manifest = new CorpusManifest(entries);
        var configuration = new RunConfiguration
        {
            Sampling = sampling,
            Detector = new DetectorConfiguration(new ModelIdentity("made-detector", "1", new string('a', 64), new string('b', 64)), 0.5, 0.3, 0),
            AffectModels = [new ModelIdentity("made-affect", "1", new string('c', 64), new string('d', 64))],
        };
        var plan = new List<ChunkSpec>();
        var records = new List<VideoRecord>();
        for (var i = 0; i < videos.Count; i++)
        {
            var indexed = MadeLibrary.Index(videos[i]);
            var selection = FrameSelector.Select(indexed.Frames, indexed.Info.TimeBase, sampling);
            var chunks = ChunkPlanner.Plan(i, entries[i], indexed.Frames, selection, new PlanOptions(chunkFrames));
            plan.AddRange(chunks);
            records.Add(new VideoRecord(videos[i].Id, indexed.Info, indexed.Frames.FrameCount, selection.Count, chunks.Count, [], null));
        }

        var totals = new RunTotals(videos.Count, 0, plan.Count, records.Sum(r => r.Frames), records.Sum(r => r.SelectedFrames), 0);
        var record = RunRecord.Of(Manifest.Hash, configuration, DateTimeOffset.UnixEpoch, "test", "made", totals);
        Run = new RunDefinition(record, ManifestText.WriteJsonLines(entries), records, plan);
        Store = new RunStore(Objects, new RunLayout(record.Id.ToString()));
    }

    public string Folder => _folder;

    public string Scratch => Path.Combine(_folder, "scratch");

    public LocalObjectStore Objects { get; }

    public CorpusManifest Manifest { get; }

    public MadeLibrary Videos { get; }

    public RunDefinition Run { get; }

    public RunStore Store { get; }

    /// <summary>A face that moves a little, its labels a function of its frame.</summary>
    public static LabelRow? SomeFace(int frame) => frame % 7 == 3 ? null : new LabelRow
    {
        Video = "-", Frame = frame, Pts = 0, TimeSeconds = 0, Status = FrameStatus.Face, Chunk = "-", Model = "-", Face = 0,
        BoxX = 100 + frame, BoxY = 50, BoxWidth = 60, BoxHeight = 70, DetectionScore = 0.9f, Landmarks = [110, 70, 140, 70, 125, 85, 125, 100],
        YawDegrees = 1, PitchDegrees = 2, RollDegrees = 3, SizePixels = 65, Sharpness = 20, Valence = MathF.Sin(frame), Arousal = MathF.Cos(frame),
        Expressions = [0.5f, 0.1f, 0.1f, 0.1f, 0.1f, 0.05f, 0.05f, 0, float.NaN], Expression = 0, ActionUnits = [.. Enumerable.Range(0, 12).Select(i => (frame + i) % 10 / 10f)],
        Appearance = [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 4))],
    };

    public static async Task<StoredRun> CreateAsync(IReadOnlyList<MadeVideo> videos, Sampling? sampling = null, int chunkFrames = ChunkFrames)
    {
        var run = new StoredRun(videos, sampling ?? Sampling.All, chunkFrames);
        await run.Store.CreateAsync(run.Run, default);
        return run;
    }

    /// <summary>Labels what is left; with a limit, stops after that many chunks as a killed process would.</summary>
    /// <returns>Frames that were labelled, not taken from earlier runs.</returns>
    public async Task<int> LabelAsync(int? chunks = null, ChunkReuse? reuse = null, Func<LabelRow, LabelRow>? change = null)
    {
        MadeProcessor? processor = null;
        var progress = new RunProgress(TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var left = chunks ?? int.MaxValue;
        var bench = Bench(() => processor = new MadeProcessor(Videos, () => { if (left-- <= 0) { stop.Cancel(); } }, change)) with { Reuse = reuse ?? ChunkReuse.None, RecordsBegun = true };
        var executor = new RunExecutor(Store, Run, bench, new RunOptions { Workers = 1 }, progress, TimeProvider.System, NullLoggerFactory.Instance);
        try
        {
            var (result, _) = await executor.ExecuteAsync(false, stop.Token);
            await new RunFinaliser(Store, Run, Videos, Scratch, 2, progress).FinaliseAsync(result.Quarantined, default);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }

        return processor?.Frames ?? 0;
    }

    /// <summary>What labelling its chunks takes.</summary>
    public RunBench Bench(Func<IChunkProcessor>? createProcessor = null)
    {
        var c = Run.Record.Configuration;
        var metadata = new LabelFileMetadata(LabelFileKind.Chunk, Run.Record.Id.ToString(), c.ModelKey, c.Detector.Model.Sha256, Run.Record.ProjectVersion);
        var committer = new ChunkCommitter(
            Store, metadata, [.. LabelSchema.ActionUnits.Select(_ => 0.5f)], Path.Combine(Scratch, Guid.NewGuid().ToString("N")), TimeProvider.System);
        return new RunBench(c.Sampling, Videos, committer, createProcessor ?? (() => new MadeProcessor(Videos)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal sealed class MadeLibrary(IReadOnlyList<MadeVideo> videos) : IVideoLibrary
    {
        private readonly List<IndexedVideo> _indexes = [.. videos.Select(Index)];

        public IReadOnlyList<MadeVideo> All => videos;

        /// <summary>25 frames a second, a keyframe every ten.</summary>
        public static IndexedVideo Index(MadeVideo video) => new(
            new VideoInfo("made", "made", "yuv420p", 0, 640, 360, 0, TimeBase, new Rational(25, 1), false, video.Frames / 25.0, "bt601", false),
            new FrameIndex([.. Enumerable.Range(0, video.Frames).Select(i => i * 40L)], [.. Enumerable.Range(0, (video.Frames + 9) / 10).Select(i => i * 10)]));

        public Task<VideoOpening> OpenAsync(int videoNumber, CancellationToken cancellationToken) => Task.FromResult(new VideoOpening(
            new OpenedVideo(new CorpusEntry(videos[videoNumber].Id, "/made", EntryKind.Video, "made", 1), _indexes[videoNumber], "/made", new Nothing()), null));

        public Task<IndexedVideo> IndexAsync(int videoNumber, CancellationToken cancellationToken) => Task.FromResult(_indexes[videoNumber]);

        private sealed class Nothing : IDisposable
        {
            public void Dispose()
            {
            }
        }
    }
}

/// <summary>Labels made videos.</summary>
internal sealed class MadeProcessor(StoredRun.MadeLibrary videos, Action? beforeEach = null, Func<LabelRow, LabelRow>? change = null) : IChunkProcessor
{
    /// <summary>Frames asked for, all calls together.</summary>
    public int Frames { get; private set; }

    public Task<ChunkOutcome> ProcessAsync(ChunkJob job, IChunkObserver observer, CancellationToken cancellationToken)
    {
        beforeEach?.Invoke();
        cancellationToken.ThrowIfCancellationRequested();
        var video = videos.All.Single(v => v.Id == job.Entry.Id);
        var selection = FrameSelector.Select(job.Index, job.Info.TimeBase, job.Sampling);
        var model = new RunConfiguration
        {
            Sampling = Sampling.All,
            Detector = new DetectorConfiguration(new ModelIdentity("", "", "", ""), 0, 0, 0),
            AffectModels = [new ModelIdentity("made-affect", "1", new string('c', 64), new string('d', 64))],
        }.ModelKey;
        var rows = new List<LabelRow>();
        foreach (var rank in selection.RanksIn(job.Chunk))
        {
            Frames++;
            var row = video.Label(rank) ?? new LabelRow { Video = "-", Frame = rank, Pts = 0, TimeSeconds = 0, Status = FrameStatus.NoFace, Chunk = "-", Model = "-" };
            row = row with { Video = video.Id, Frame = rank, Pts = job.Index.Pts[rank], TimeSeconds = job.Index.Pts[rank] / 1000.0, Chunk = job.Chunk.Id.ToString(), Model = model };
            rows.Add(change is null ? row : change(row));
            observer.Advanced(1, row.Status == FrameStatus.Face ? 1 : 0, default);
        }

        return Task.FromResult<ChunkOutcome>(new ChunkOutcome.Labelled(rows, selection.SkippedIn(job.Chunk), 0, null, default));
    }

    public void Dispose()
    {
    }
}

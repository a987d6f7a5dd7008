using Affect.Core.Corpora;
using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Runs;
using Affect.Engine.Corpora;
using Affect.Engine.Finalising;
using Affect.Engine.Local;
using Affect.Engine.Models;
using Affect.Engine.Preparing;
using Affect.Engine.Progress;
using Affect.Engine.Runs;
using Affect.Engine.Working;
using Affect.Storage.Layout;
using Affect.Vision.Models;

namespace Affect.Engine.Serving;

/// <summary>How a workshop works.</summary>
/// <param name="Threads">Videos probed and label files written at once: nothing else of the job is to be done meanwhile.</param>
/// <param name="ProjectVersion">Version of this program.</param>
/// <param name="MayRead">Whether a video of a corpus may be read (<see cref="Workplace.CorpusRoots"/>); null: any may.</param>
public sealed record WorkshopOptions(int Threads, string ProjectVersion, Func<string, bool>? MayRead)
{
    /// <summary>See <see cref="RunBench.TryAlone"/>.</summary>
    public TryChunkAlone? TryAlone { get; init; }

    /// <summary>Name or folder of the detector of all runs, or null for each run's, by its name.</summary>
    public string? Detector { get; init; }

    /// <summary>Names or folders of the affect models of all runs, in their order; none: each run's, by their names.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <inheritdoc cref="RunBench.RecordsBegun"/>
    public bool RecordsBegun { get; init; }
}

/// <summary>
/// The real workshop: ffmpeg, models, storage. Runs used last are kept open; runs with the same models share the sessions. Thread-safe.
/// </summary>
public sealed class Workshop(
    Workspace workspace, ModelLocator models, PipelinePool pipelines, IRunConcluder concluder, WorkshopOptions options, TimeProvider time) : IWorkshop
{
    private const int KeptRuns = 4;

    private readonly AsyncGate _opening = new();
    private readonly LinkedList<(RunId Run, RunBench Bench)> _benches = new();

    public Task<RunBench> OpenAsync(RunId run, CancellationToken cancellationToken) => _opening.RunAsync(
        async () =>
        {
            if (_benches.FirstOrDefault(b => b.Run == run) is { Bench: { } known } entry)
            {
                _benches.Remove(entry);
                _benches.AddFirst(entry);
                return known;
            }

            var bench = await GuardAsync(() => OpenBenchAsync(run, cancellationToken)).ConfigureAwait(false);
            _benches.AddFirst((run, bench));
            if (_benches.Count > KeptRuns)
            {
                _benches.RemoveLast();
            }

            return bench;
        },
        cancellationToken);

    public Task<RunId> PlanAsync(WorkItem item, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var request = item.Request;
        var plan = new PlanRequest(
            request.Corpus, ModelSet.Load(models, request.Detector, request.Models), request.Sampling, request.Smoothing,
            new RunOptions { Workers = options.Threads, PlannedWorkers = item.Lanes, TargetFramesPerChunk = request.ChunkFrames }, options.ProjectVersion);
        var planner = new RunPlanner(workspace, new RunProgress(time), time);
        var planned = await planner.PlanAsync(plan, Check, cancellationToken).ConfigureAwait(false);
        await new EarlierRuns(workspace).NoteAsync(planned.Store, planned.Run.Record, planned.Corpus.Manifest, cancellationToken).ConfigureAwait(false);
        return planned.Run.Record.Id;
    });

    public Task<JobOutcome> FinaliseAsync(WorkItem item, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var (store, run, manifest) = await ReadAsync(item.Run!.Value, cancellationToken).ConfigureAwait(false);
        var set = RunModels.Load(models, run.Record.Configuration, null, []);
        var videos = Videos(manifest);
        var inspector = new RunInspector(store, run, videos, workspace.ScratchFolder, time);
        var execution = await inspector.ReadExecutionAsync(cancellationToken).ConfigureAwait(false);
        var finaliser = new RunFinaliser(store, run, videos, workspace.ScratchFolder, options.Threads, new RunProgress(time));
        var final = await finaliser.FinaliseAsync(execution.Quarantined, cancellationToken).ConfigureAwait(false);
        return await concluder.ConcludeAsync(store, run, new RunState(final, execution, HasLabels: true), set, cancellationToken).ConfigureAwait(false);
    });

    private void Check(CorpusListing listing)
    {
        if (options.MayRead is { } mayRead && listing.Entries.FirstOrDefault(entry => !mayRead(entry.Location)) is { } outside)
        {
            throw new CorpusException($"{outside.Location}, in {listing.Location}, is not below any of the server's corpus roots.");
        }
    }

    private async Task<RunBench> OpenBenchAsync(RunId id, CancellationToken cancellationToken)
    {
        // Not the plan: of a large run it is hundreds of megabytes, and each lease brings its chunk along.
        var store = new RunStore(workspace.Objects, new RunLayout(id.ToString()));
        var record = await store.TryReadRecordAsync(cancellationToken).ConfigureAwait(false) ?? throw NoRun(id);
        var manifest = Manifest(await store.ReadManifestAsync(cancellationToken).ConfigureAwait(false));
        var c = record.Configuration;
        var set = RunModels.Load(models, c, options.Detector, options.Models);
        var pipeline = pipelines.Open(set, c.ModelKey);
        return RunBench.Of(store, record, set, Videos(manifest), pipeline, workspace.ScratchFolder, options.TryAlone, time) with
        {
            RecordsBegun = options.RecordsBegun,
            Reuse = await new EarlierRuns(workspace).ReadAsync(store, c, manifest, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<(RunStore Store, RunDefinition Run, CorpusManifest Manifest)> ReadAsync(RunId id, CancellationToken cancellationToken)
    {
        var store = new RunStore(workspace.Objects, new RunLayout(id.ToString()));
        var run = await store.TryReadAsync(cancellationToken).ConfigureAwait(false) ?? throw NoRun(id);
        return (store, run, Manifest(run.Manifest));
    }

    private IOException NoRun(RunId id) => new($"{workspace.Objects.Location} holds no run {id}: is it the server's workspace?");

    private static CorpusManifest Manifest(string text) => new(ManifestText.ReadJsonLines(text, string.Empty).Entries);

    private VideoLibrary Videos(CorpusManifest manifest) => new(manifest, workspace.Fetcher, workspace.Objects, workspace.Prober);

    private static async Task<T> GuardAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (CorpusException e)
        {
            throw new StageFailureException(new ChunkFailure(FailureKind.Unreadable, e.Message), isFinal: true, e);
        }
        catch (ModelException e)
        {
            throw new StageFailureException(new ChunkFailure(FailureKind.Model, e.Message), isFinal: true, e);
        }
        catch (FormatException e)
        {
            throw new StageFailureException(new ChunkFailure(FailureKind.Storage, e.Message), isFinal: true, e);
        }
    }
}

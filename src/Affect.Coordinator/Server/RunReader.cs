using Affect.Coordinator.Local;
using Affect.Coordinator.Reports;
using Affect.Core.Corpora;
using Affect.Core.Runs;
using Affect.Engine.Finalising;
using Affect.Engine.Local;
using Affect.Engine.Models;
using Affect.Engine.Runs;
using Affect.Engine.Serving;
using Affect.Engine.Working;
using Affect.Storage.Layout;
using Affect.Vision.Models;

namespace Affect.Coordinator.Server;

/// <summary>What storage says of a run, for the API: the figures of its report at any moment, its report, its failures. Computed from the done markers as the final report is.</summary>
internal sealed class RunReader(Workspace workspace, TimeProvider time)
{
    /// <summary>Each look reads every marker of the run, and many people may watch: figures take a fifth of the time at most, with no pause longer than this.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    private const int PauseFactor = 4;

    private readonly AsyncGate _computing = new();
    private Computed? _last;

    /// <summary>
    /// The report of what is done now; nothing is written. Never of less than was done when it was asked for: who saw a chunk done finds it in the figures. Those who ask while
    /// others wait share one computation.
    /// </summary>
    public async Task<RunReport?> FiguresAsync(RunId id, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        return await _computing.RunAsync(
            async () =>
            {
                if (_last is { } last)
                {
                    if (last.Run == id && last.Began >= asked)
                    {
                        return last.Report;
                    }

                    await PauseAfterAsync(last, cancellationToken).ConfigureAwait(false);
                }

                var began = time.GetTimestamp();
                if (await ComputeAsync(Store(id), cancellationToken).ConfigureAwait(false) is not { } report)
                {
                    return null;
                }

                _last = new Computed(id, began, time.GetTimestamp(), report);
                return report;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A file of the run's report as it was written last, or null.</summary>
    public async Task<byte[]?> FileAsync(RunId id, Func<RunLayout, string> which, CancellationToken cancellationToken) =>
        await Storage.Objects.ObjectStoreExtensions.TryReadAllAsync(workspace.Objects, which(Store(id).Layout), cancellationToken).ConfigureAwait(false);

    private async Task<RunReport?> ComputeAsync(RunStore store, CancellationToken cancellationToken)
    {
        if (await store.TryReadAsync(cancellationToken).ConfigureAwait(false) is not { } run)
        {
            return null;
        }

        var manifest = new CorpusManifest(ManifestText.ReadJsonLines(run.Manifest, string.Empty).Entries);
        var videos = new VideoLibrary(manifest, workspace.Fetcher, workspace.Objects, workspace.Prober);
        var state = await new RunInspector(store, run, videos, workspace.ScratchFolder, time).ReadAsync(cancellationToken).ConfigureAwait(false);
        var failures = RunReporter.FailuresOf(run, state.Execution, state.Final);
        var cost = await RunCost.OfStoredAsync(store, state.Final, cancellationToken).ConfigureAwait(false);
        return RunReporter.Build(new ReportSource(store, run, manifest, state.Final, failures, ModelsOf(run), cost, state.IsFinished), time);
    }

    private Task PauseAfterAsync(Computed last, CancellationToken cancellationToken)
    {
        var pause = PauseFactor * time.GetElapsedTime(last.Began, last.Ended);
        var left = (pause < LongestPause ? pause : LongestPause) - time.GetElapsedTime(last.Ended);
        return left > TimeSpan.Zero ? Task.Delay(left, time, cancellationToken) : Task.CompletedTask;
    }

    private RunStore Store(RunId id) => new(workspace.Objects, new RunLayout(id.ToString()));

    private static ModelSet? ModelsOf(RunDefinition run)
    {
        try
        {
            return RunModels.Load(Installation.Models, run.Record.Configuration, null, []);
        }
        catch (ModelException)
        {
            // The workers have the models; figures do without their notices here.
            return null;
        }
    }

    /// <summary>Figures, and when computing them began and ended (timestamps).</summary>
    private sealed record Computed(RunId Run, long Began, long Ended, RunReport Report);
}

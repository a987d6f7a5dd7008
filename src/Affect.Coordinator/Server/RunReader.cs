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
    /// <summary>For how long live figures are given out again: several people may watch, and each look reads every new marker.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3);

    private readonly AsyncGate _computing = new();
    private (string Run, long At, RunReport Report)? _last;

    /// <summary>The report of what is done now; nothing is written.</summary>
    public Task<RunReport?> FiguresAsync(RunId id, CancellationToken cancellationToken) => _computing.RunAsync(
        async () =>
        {
            if (_last is { } last && last.Run == id.ToString() && time.GetElapsedTime(last.At) < Lifetime)
            {
                return last.Report;
            }

            if (await ComputeAsync(Store(id), cancellationToken).ConfigureAwait(false) is not { } report)
            {
                return null;
            }

            _last = (id.ToString(), time.GetTimestamp(), report);
            return report;
        },
        cancellationToken);

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
}

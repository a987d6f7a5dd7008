using Affect.Core.Corpora;
using Affect.Core.Jobs;
using Affect.Core.Runs;
using Affect.Engine.Finalising;
using Affect.Engine.Local;
using Affect.Engine.Models;
using Affect.Engine.Runs;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Local;

/// <summary>Ends a run of a server as <c>affect run</c> ends one: with its report.</summary>
internal sealed class ReportConcluder(Workspace workspace, TimeProvider time) : IRunConcluder
{
    public async Task<JobOutcome> ConcludeAsync(RunStore store, RunDefinition run, RunState state, ModelSet models, CancellationToken cancellationToken)
    {
        var manifest = new CorpusManifest(ManifestText.ReadJsonLines(run.Manifest, string.Empty).Entries);
        var failures = RunReporter.FailuresOf(run, state.Execution, state.Final);
        var cost = await RunCost.OfStoredAsync(store, state.Final, cancellationToken).ConfigureAwait(false);
        var source = new ReportSource(store, run, manifest, state.Final, failures, models, cost, state.IsFinished);
        var report = await RunReporter.WriteAsync(source, null, null, workspace.ScratchFolder, time, cancellationToken).ConfigureAwait(false);
        // The report's account: that of the ledger leaves out the frames of chunks that were given up.
        var a = report.Accounting;
        return new JobOutcome(
            new FrameCounts(a.FramesIn, a.FramesWithFace, a.FramesWithoutFace, a.FramesSkipped, a.FramesFailed, a.Faces), failures.Count, state.Final.Tracks.Values.Sum());
    }
}

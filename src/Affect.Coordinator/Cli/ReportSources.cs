using Affect.Coordinator.Local;
using Affect.Engine.Finalising;
using Affect.Engine.Models;
using Affect.Vision.Models;

namespace Affect.Coordinator.Cli;

/// <summary>What a report of a stored run is made of.</summary>
internal static class ReportSources
{
    public static async Task<(RunState State, ReportSource Report)> OfAsync(LocatedRun found, TimeProvider time, CancellationToken cancellationToken)
    {
        var state = await found.StateAsync(time, cancellationToken).ConfigureAwait(false);
        var failures = RunReporter.FailuresOf(found.Run, state.Execution, state.Final);
        var cost = await RunCost.OfStoredAsync(found.Store, state.Final, cancellationToken).ConfigureAwait(false);
        return (state, new ReportSource(found.Store, found.Run, found.Manifest, state.Final, failures, ModelsOf(found), cost, state.IsFinished));
    }

    /// <summary>The run's models where they are at hand: the report takes licences, notices and thresholds from them.</summary>
    private static ModelSet? ModelsOf(LocatedRun found)
    {
        try
        {
            return RunModels.Load(Installation.Models, found.Run.Record.Configuration, null, []);
        }
        catch (ModelException e)
        {
            Console.Error.WriteLine($"affect: the report does without licences, notices and thresholds of the models: {e.Message}");
            return null;
        }
    }
}

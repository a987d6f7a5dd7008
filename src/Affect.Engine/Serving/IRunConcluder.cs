using Affect.Core.Jobs;
using Affect.Engine.Finalising;
using Affect.Engine.Models;
using Affect.Engine.Runs;

namespace Affect.Engine.Serving;

/// <summary>What follows the final labels of a run: its report. A seam, since reports are not the engine's matter.</summary>
public interface IRunConcluder
{
    /// <summary>Writes the report of a run whose labels are final. May be called again for the same run.</summary>
    /// <param name="store">The run's objects.</param>
    /// <param name="run">Its definition.</param>
    /// <param name="state">Its results.</param>
    /// <param name="models">The models that made it.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    Task<JobOutcome> ConcludeAsync(RunStore store, RunDefinition run, RunState state, ModelSet models, CancellationToken cancellationToken);
}

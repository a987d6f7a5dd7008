using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Engine.Finalising;
using Affect.Engine.Progress;
using Affect.Engine.Serving;
using Affect.Engine.Working;

namespace Affect.Engine.Tests.Fixtures;

/// <summary>A workshop whose runs are made up: storage, planning, committing and finalising are real, decoding and models are not.</summary>
/// <param name="run">The only run it knows; planned when a job asks for it.</param>
/// <param name="createProcessor">Makes a lane's processor; null: the made one.</param>
internal sealed class MadeWorkshop(StoredRun run, Func<IChunkProcessor>? createProcessor = null) : IWorkshop
{
    public Func<ChunkSpec, CancellationToken, Task<ChunkFailure?>>? TryAlone { get; init; }

    public bool RecordsBegun { get; init; }

    public Task<RunBench> OpenAsync(RunId id, CancellationToken cancellationToken)
    {
        Assert.Equal(run.Run.Record.Id, id);
        return Task.FromResult(run.Bench(createProcessor) with { TryAlone = TryAlone, RecordsBegun = RecordsBegun });
    }

    public async Task<RunId> PlanAsync(WorkItem item, CancellationToken cancellationToken)
    {
        await run.Store.CreateAsync(run.Run, cancellationToken);
        return run.Run.Record.Id;
    }

    public async Task<JobOutcome> FinaliseAsync(WorkItem item, CancellationToken cancellationToken)
    {
        var inspector = new RunInspector(run.Store, run.Run, run.Videos, run.Scratch, TimeProvider.System);
        var execution = await inspector.ReadExecutionAsync(cancellationToken);
        var final = await new RunFinaliser(run.Store, run.Run, run.Videos, run.Scratch, 1, new RunProgress(TimeProvider.System))
            .FinaliseAsync(execution.Quarantined, cancellationToken);
        return new JobOutcome(execution.Progress.Counts, execution.Quarantined.Count, final.Tracks.Values.Sum());
    }
}

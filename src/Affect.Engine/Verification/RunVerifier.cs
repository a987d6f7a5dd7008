using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Engine.Finalising;
using Affect.Engine.Runs;
using Affect.Engine.Working;

namespace Affect.Engine.Verification;

/// <summary>How to verify a run.</summary>
/// <param name="SampleFrames">Frames to label again, about (whole windows are taken); 0 for none.</param>
/// <param name="Seed">Which frames.</param>
/// <param name="Tolerance">Largest difference of two numbers that counts as equal; 0 for exactly equal.</param>
/// <param name="Workers">Windows labelled at the same time.</param>
public sealed record VerifyOptions(int SampleFrames, int Seed, float Tolerance, int Workers);

/// <summary>What verifying came to.</summary>
/// <param name="Finished">Every chunk is done or given up and the labels are written.</param>
/// <param name="ChunksChecked">Chunk files read.</param>
/// <param name="ChunkRows">Rows in them.</param>
/// <param name="LabelRows">Rows of the final labels.</param>
/// <param name="FramesSampled">Frames labelled again.</param>
/// <param name="ChunksSampled">Chunks that they are of.</param>
/// <param name="Differences">All findings.</param>
/// <param name="Findings">The first of them.</param>
public sealed record VerifyResult(
    bool Finished, int ChunksChecked, long ChunkRows, long LabelRows, int FramesSampled, int ChunksSampled, long Differences, IReadOnlyList<Finding> Findings);

/// <summary>Checks a run against itself and, by sample, against its videos. Writes nothing.</summary>
public sealed class RunVerifier(
    RunStore store, RunDefinition run, IVideoLibrary videos, Func<IChunkProcessor> createProcessor, string scratchFolder, TimeProvider time)
{
    public async Task<VerifyResult> VerifyAsync(VerifyOptions options, CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var state = await new RunInspector(store, run, videos, scratchFolder, time).ReadAsync(cancellationToken).ConfigureAwait(false);
        var done = state.Final.Done;
        var lost = RunInspector.LostOf(state.Execution.Quarantined);
        var structure = new StructureCheck(store, run, videos, scratchFolder, time, findings);
        structure.CheckPlan();
        var chunkRows = 0L;
        foreach (var chunk in run.Plan)
        {
            if (done.Find(chunk.Id) is { } marker)
            {
                chunkRows += await structure.CheckChunkAsync(chunk, marker, cancellationToken).ConfigureAwait(false);
            }
            else if (!lost.ContainsKey(chunk.Id))
            {
                findings.Add("plan", chunk.VideoId, chunk.Id.ToString(), null, "the chunk is neither done nor given up: the run is not finished");
            }
        }

        var labelRows = 0L;
        if (state.HasLabels && state.Execution.Progress.IsFinished)
        {
            labelRows = await structure.CheckLabelsAsync(done, lost, cancellationToken).ConfigureAwait(false);
        }
        else if (state.Execution.Progress.IsFinished)
        {
            findings.Add("labels", null, null, null, "the final labels are not written, or not from these chunks: run the same command again");
        }

        var windows = SampleCheck.Choose(run.Plan, done, options.SampleFrames, options.Seed);
        var sample = new SampleCheck(store, run, videos, createProcessor, scratchFolder, new RowComparer(options.Tolerance), findings);
        await sample.CheckAsync(windows, options.Workers, cancellationToken).ConfigureAwait(false);
        return new VerifyResult(
            state.IsFinished, done.Count, chunkRows, labelRows, windows.Sum(w => w.Count), windows.Select(w => w.Chunk.Id).Distinct().Count(),
            findings.Count, findings.Kept);
    }
}

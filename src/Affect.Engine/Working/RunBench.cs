using Affect.Core.Failures;
using Affect.Core.Planning;
using Affect.Core.Processing;
using Affect.Core.Runs;
using Affect.Engine.Models;
using Affect.Engine.Runs;
using Affect.Storage.Parquet;
using Affect.Vision.Processing;

namespace Affect.Engine.Working;

/// <summary>Labels and commits a chunk in a process of its own.</summary>
/// <returns>What was wrong with that process, or null: the chunk is done, or what is wrong with it does not end a process.</returns>
public delegate Task<ChunkFailure?> TryChunkAlone(RunId run, ChunkSpec chunk, CancellationToken cancellationToken);

/// <summary>What labelling chunks of one run takes.</summary>
/// <param name="Sampling">Which frames.</param>
/// <param name="Videos">The run's videos.</param>
/// <param name="Committer">Writes what comes of a chunk.</param>
/// <param name="CreateProcessor">Makes a lane's processor; disposing it leaves the models to the others.</param>
public sealed record RunBench(Sampling Sampling, IVideoLibrary Videos, ChunkCommitter Committer, Func<IChunkProcessor> CreateProcessor)
{
    /// <summary>What earlier runs know of its videos.</summary>
    public ChunkReuse Reuse { get; init; } = ChunkReuse.None;

    /// <summary>For chunks that a process died over (<see cref="Core.Ledger.Lease.IsSuspect"/>), of this run. Null: they are labelled in this process, as all others.</summary>
    public Func<ChunkSpec, CancellationToken, Task<ChunkFailure?>>? TryAlone { get; init; }

    /// <summary>The ledger dies with this process, so that only storage can tell which chunks it had in hand (<see cref="BegunRecord"/>).</summary>
    public bool RecordsBegun { get; init; }

    /// <param name="store">The run's objects.</param>
    /// <param name="record">Its record.</param>
    /// <param name="models">Its models.</param>
    /// <param name="videos">Its videos.</param>
    /// <param name="pipeline">The models, loaded.</param>
    /// <param name="scratchFolder">For files that are not in storage yet.</param>
    /// <param name="tryAlone">See <see cref="TryAlone"/>.</param>
    /// <param name="time">The clock.</param>
    internal static RunBench Of(
        RunStore store, RunRecord record, ModelSet models, IVideoLibrary videos, LanePipeline pipeline, string scratchFolder, TryChunkAlone? tryAlone, TimeProvider time)
    {
        var c = record.Configuration;
        var metadata = new LabelFileMetadata(LabelFileKind.Chunk, record.Id.ToString(), c.ModelKey, c.Detector.Model.Sha256, record.ProjectVersion);
        return new RunBench(c.Sampling, videos, new ChunkCommitter(store, metadata, models.ActionUnitThresholds, scratchFolder, time), pipeline.CreateLane)
        {
            TryAlone = tryAlone is null ? null : (chunk, cancellationToken) => tryAlone(record.Id, chunk, cancellationToken),
        };
    }
}

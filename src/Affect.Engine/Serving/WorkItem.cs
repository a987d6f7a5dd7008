using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Runs;

namespace Affect.Engine.Serving;

/// <summary>A piece of work for one lane of a worker. Exactly one of <see cref="Chunk"/> and <see cref="Stage"/> is set.</summary>
/// <param name="Job">The job it is of.</param>
/// <param name="Request">What the job was asked for.</param>
/// <param name="Run">The run; null while it is being planned.</param>
/// <param name="Partition">Where the lease of a chunk lives; goes back with every message about it. 0 for stages.</param>
/// <param name="Lanes">Lanes of all workers now, for the planner to cut by; at least 1.</param>
/// <param name="Chunk">Label this chunk.</param>
/// <param name="Stage">Plan or finalise the job.</param>
public sealed record WorkItem(JobId Job, JobRequest Request, RunId? Run, int Partition, int Lanes, Lease? Chunk, StageLease? Stage);

/// <summary>Answer to a worker that asks for work.</summary>
/// <param name="Item">What to do, or null for nothing now.</param>
/// <param name="RetryAfter">When to ask again where there is nothing; zero (at once) where there is an item, or where the answer has already waited for one.</param>
public sealed record WorkReply(WorkItem? Item, TimeSpan RetryAfter);

/// <summary>Where a lease of a chunk lives.</summary>
/// <param name="Job">The job.</param>
/// <param name="Partition">From the <see cref="WorkItem"/>.</param>
/// <param name="Token">From the lease.</param>
public sealed record ChunkTicket(JobId Job, int Partition, LeaseToken Token);

/// <summary>Where a stage lease lives.</summary>
public sealed record StageTicket(JobId Job, StageToken Token);

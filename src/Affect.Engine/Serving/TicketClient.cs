using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Runs;

namespace Affect.Engine.Serving;

/// <summary>The ledger of one chunk in hand, as a <c>ChunkWorker</c> wants it.</summary>
internal sealed class TicketClient(IWorkSource source, JobId job, int partition) : ILeaseClient
{
    /// <exception cref="NotSupportedException">Always: chunks are leased across jobs.</exception>
    public Task<LeaseReply> LeaseAsync(WorkerProfile worker, int max, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<LedgerResult> HeartbeatAsync(string worker, LeaseToken token, CancellationToken cancellationToken) =>
        source.HeartbeatAsync(worker, Ticket(token), cancellationToken);

    public Task<LedgerResult> CompleteAsync(LeaseToken token, FrameCounts counts, CancellationToken cancellationToken) =>
        source.CompleteAsync(Ticket(token), counts, cancellationToken);

    public Task<LedgerResult> FailAsync(string worker, LeaseToken token, ChunkFailure failure, CancellationToken cancellationToken) =>
        source.FailAsync(worker, Ticket(token), failure, cancellationToken);

    public Task<LedgerResult> ReleaseAsync(LeaseToken token, CancellationToken cancellationToken) => source.ReleaseAsync(Ticket(token), cancellationToken);

    private ChunkTicket Ticket(LeaseToken token) => new(job, partition, token);
}

using System.Globalization;
using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Engine.Progress;
using Affect.Engine.Runs;
using Affect.Storage.Layout;
using Affect.Storage.Objects;

namespace Affect.Engine.Serving;

/// <summary>Opens the ledger slice of one part of a run's plan.</summary>
/// <param name="job">The job.</param>
/// <param name="store">The run.</param>
/// <param name="part">The part.</param>
/// <param name="requires">What every worker of the job must offer.</param>
public delegate ILedgerSlice OpenSlice(JobId job, RunStore store, PlanPart part, string requires);

/// <summary>
/// One job of a server: its life (<see cref="JobMachine"/>), its ledger slices, its log. Every change is in storage before it is answered. In process, or
/// inside a grain. Thread-safe.
/// </summary>
public sealed class JobActor : IJobHandle
{
    private readonly IObjectStore _objects;
    private readonly OpenSlice _openSlice;
    private readonly Action _ring;
    private readonly TimeProvider _time;
    private readonly JobMachine _machine;
    private readonly JobLog _log;
    private readonly JobRate _rate;
    private readonly AsyncGate _changing = new();
    private readonly AsyncGate _starting = new();
    private readonly AsyncGate _reading = new();
    private (IReadOnlyList<PlanPart> Parts, string Requires)? _parts;
    private JobRecord _stored;
    private SliceTable? _slices;

    /// <param name="objects">The workspace.</param>
    /// <param name="record">The job as it is stored.</param>
    /// <param name="options">Leases.</param>
    /// <param name="openSlice">Where its ledgers live.</param>
    /// <param name="ring">Called when there may be work of it for those who wait (<see cref="WorkBell"/>); returns at once.</param>
    /// <param name="time">The clock.</param>
    public JobActor(IObjectStore objects, JobRecord record, ServingOptions options, OpenSlice openSlice, Action ring, TimeProvider time)
    {
        (_objects, _openSlice, _ring, _time, _stored) = (objects, openSlice, ring, time, record);
        _machine = new JobMachine(record, options.Ledger, time, AttemptId.NewEpoch());
        _log = new JobLog(time);
        _rate = new JobRate(time);
        _log.Info($"{record.Phase}: taken up by this server".ToLower(CultureInfo.InvariantCulture));
    }

    public JobId Id => _machine.Record.Id;

    public JobRecord Record => _machine.Record;

    /// <summary>What each worker must offer for the whole job.</summary>
    public static string RequirementsOf(JobRequest request) => RequirementTags.Join(
        [.. RequirementTags.Split(request.Requires), .. request.Models.Select(WorkerOffers.Model), .. request.Detector is { } d ? (string[])[WorkerOffers.Model(d)] : []]);

    public async Task<JobLease> LeaseAsync(WorkerProfile worker, int lanes, CancellationToken cancellationToken)
    {
        var wait = JobPool.IdleWait;
        if (_machine.Record.Phase == JobPhase.Running && !_machine.Record.IsPaused)
        {
            var slices = await StartedAsync(cancellationToken).ConfigureAwait(false);
            foreach (var i in slices.Candidates(worker.Name))
            {
                var (reply, progress) = await slices.Slices[i].LeaseAsync(worker, cancellationToken).ConfigureAwait(false);
                Note(slices, i, progress);
                if (reply.Status == LeaseStatus.Granted)
                {
                    slices.NoteLease(i, worker.Name);
                    return new JobLease(new WorkReply(Item(reply.Leases[0], null, i, lanes), TimeSpan.Zero), Share());
                }

                if (reply.Status != LeaseStatus.Finished)
                {
                    slices.NoteWait(i, reply.RetryAfter);
                    wait = reply.RetryAfter < wait ? reply.RetryAfter : wait;
                }
            }

            if (slices.IsFinished)
            {
                await ChangeAsync(_machine.ChunksFinished, "every chunk is done or given up", cancellationToken).ConfigureAwait(false);
            }
        }

        var stage = await LeaseStageAsync(worker, cancellationToken).ConfigureAwait(false);
        return new JobLease(stage is null ? new WorkReply(null, wait) : new WorkReply(Item(null, stage, 0, lanes), TimeSpan.Zero), Share());
    }

    public Task<JobShare?> ShareAsync(CancellationToken cancellationToken) => Task.FromResult(Share());

    public async Task<LedgerResult> HeartbeatAsync(string worker, ChunkTicket ticket, CancellationToken cancellationToken)
    {
        // The one who beats is told to stop where the job was cancelled; finished work is taken nevertheless.
        return _machine.Record.Phase == JobPhase.Cancelled
            ? LedgerResult.LeaseLost
            : await AskAsync(ticket, slice => slice.HeartbeatAsync(worker, ticket.Token, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    public async Task<LedgerResult> CompleteAsync(ChunkTicket ticket, FrameCounts counts, CancellationToken cancellationToken)
    {
        var result = await AskAsync(ticket, slice => slice.CompleteAsync(ticket.Token, counts, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (_slices?.Sum is { } sum)
        {
            _rate.Observe(sum.Counts.Frames);
        }

        return result;
    }

    public async Task<LedgerResult> FailAsync(string worker, ChunkTicket ticket, ChunkFailure failure, CancellationToken cancellationToken)
    {
        _log.Warning($"{ticket.Token} failed on {worker} ({FailureReasons.Of(failure.Kind)}): {failure.Message}");
        return await AskAsync(ticket, slice => slice.FailAsync(worker, ticket.Token, failure, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    public async Task<LedgerResult> ReleaseAsync(ChunkTicket ticket, CancellationToken cancellationToken)
    {
        var result = await AskAsync(ticket, slice => slice.ReleaseAsync(ticket.Token, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (result == LedgerResult.Accepted)
        {
            _ring();
        }

        return result;
    }

    public Task<JobResult> HeartbeatStageAsync(string worker, StageToken token, CancellationToken cancellationToken) =>
        ChangeAsync(() => _machine.HeartbeatStage(worker, token), null, cancellationToken);

    public Task<JobResult> PlannedAsync(StageToken token, RunId run, CancellationToken cancellationToken) =>
        ChangeAsync(() => _machine.Planned(token, run), $"planned: run {run}", cancellationToken);

    public Task<JobResult> FinalisedAsync(StageToken token, JobOutcome outcome, CancellationToken cancellationToken) => ChangeAsync(
        () => _machine.Finalised(token, outcome),
        string.Create(CultureInfo.InvariantCulture, $"done: {outcome.Counts.Frames} frames, {outcome.Counts.Faces} faces, {outcome.Failures} failures"), cancellationToken);

    public Task<JobResult> FailStageAsync(StageToken token, ChunkFailure failure, bool isFinal, CancellationToken cancellationToken) =>
        ChangeAsync(() => _machine.FailStage(token, failure, isFinal), $"{token} failed: {failure.Message}", cancellationToken, isWarning: true);

    public Task<JobResult> ReleaseStageAsync(StageToken token, CancellationToken cancellationToken) =>
        ChangeAsync(() => _machine.ReleaseStage(token), $"{token} given back", cancellationToken);

    public async Task<JobResult> ControlAsync(JobCommand command, CancellationToken cancellationToken)
    {
        _rate.Reset();
        return await ChangeAsync(
            () => command switch
            {
                JobCommand.Pause => _machine.Pause(),
                JobCommand.Resume => _machine.Resume(),
                JobCommand.Cancel => _machine.Cancel(),
                _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Not a command."),
            },
            command switch { JobCommand.Pause => "paused", JobCommand.Resume => "resumed", _ => "cancelled" }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts back what was given up and takes the job up again where it had ended.</summary>
    public async Task<RetryStatus> RetryAsync(string? reason, CancellationToken cancellationToken)
    {
        var chunks = 0;
        if (_machine.Record.Run is not null)
        {
            var slices = await StartedAsync(cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < slices.Slices.Count; i++)
            {
                chunks += await slices.Slices[i].RequeueAsync(reason, cancellationToken).ConfigureAwait(false);
                Note(slices, i, (await slices.Slices[i].StatusAsync([], cancellationToken).ConfigureAwait(false)).Progress);
            }
        }

        if (chunks == 0 && _machine.Record.Phase == JobPhase.Done)
        {
            return new RetryStatus(JobResult.Unchanged, 0);
        }

        var result = await ChangeAsync(
            _machine.Retry, string.Create(CultureInfo.InvariantCulture, $"retried: {Chunks(chunks)} put back"), cancellationToken).ConfigureAwait(false);
        return new RetryStatus(result, chunks);
    }

    public async Task LoseWorkerAsync(string worker, CancellationToken cancellationToken)
    {
        if (_slices is { } slices)
        {
            for (var i = 0; i < slices.Slices.Count; i++)
            {
                Note(slices, i, await slices.Slices[i].LoseWorkerAsync(worker, cancellationToken).ConfigureAwait(false));
            }
        }
    }

    public async Task<JobStatus> StatusAsync(IReadOnlyList<WorkerProfile> workers, CancellationToken cancellationToken)
    {
        var record = _machine.Record;
        IReadOnlyList<BlockedChunks> blocked = [];
        if (record.Phase == JobPhase.Running)
        {
            blocked = await (await StartedAsync(cancellationToken).ConfigureAwait(false)).RefreshAsync(workers, cancellationToken).ConfigureAwait(false);
        }
        else if (record.Phase is JobPhase.Planning or JobPhase.Finalising && RequirementsOf(record.Request) is var needs && !workers.Any(w => RequirementTags.AreMet(needs, w.Offers)))
        {
            blocked = [new BlockedChunks(needs, 0)];
        }

        var progress = _slices?.Sum;
        return new JobStatus
        {
            Job = record,
            Progress = progress,
            StageWorker = _machine.StageWorker,
            FramesPerSecond = record.Phase == JobPhase.Running ? _rate.FramesPerSecond : 0,
            Remaining = record.Phase == JobPhase.Running && progress is { } p ? _rate.Remaining(p.TotalFrames - p.Counts.Frames - p.GivenUpFrames) : null,
            Blocked = blocked,
            Notes = [.. JobNotes.On(record, blocked, workers)],
        };
    }

    public IReadOnlyList<JobEvent> Events(long after) => _log.After(after);

    /// <summary>Where whoever opens a slice elsewhere finds it; null where the run has no such part or is not planned.</summary>
    public async Task<(RunId Run, PlanPart Part, string Requires)?> SourceOfAsync(int index, CancellationToken cancellationToken) =>
        _machine.Record.Run is { } run && await PartsAsync(cancellationToken).ConfigureAwait(false) is var (parts, requires) && index >= 0 && index < parts.Count
            ? (run, parts[index], requires)
            : null;

    private RunStore? Store => _machine.Record.Run is { } run ? new RunStore(_objects, new RunLayout(run.ToString())) : null;

    private static string Chunks(int count) => count == 1 ? "1 chunk" : string.Create(CultureInfo.InvariantCulture, $"{count} chunks");

    private WorkItem Item(Lease? chunk, StageLease? stage, int partition, int lanes)
    {
        var record = _machine.Record;
        return new WorkItem(record.Id, record.Request, record.Run, partition, lanes, chunk, stage);
    }

    private JobShare? Share()
    {
        var record = _machine.Record;
        var active = (_slices?.Active ?? 0) + (_machine.StageWorker is null ? 0 : 1);
        return record.IsEnded ? null : new JobShare(record.Id, record.Request.Priority, record.Request.Weight, record.Submitted, active);
    }

    private async Task<StageLease?> LeaseStageAsync(WorkerProfile worker, CancellationToken cancellationToken)
    {
        var record = _machine.Record;
        if (record.Phase is not (JobPhase.Planning or JobPhase.Finalising) || !RequirementTags.AreMet(RequirementsOf(record.Request), worker.Offers))
        {
            return null;
        }

        StageLease? lease = null;
        await ChangeAsync(
            () =>
            {
                lease = _machine.LeaseStage(worker.Name);
                return lease is null ? JobResult.Unchanged : JobResult.Changed;
            },
            null, cancellationToken).ConfigureAwait(false);
        if (lease is not null)
        {
            _log.Info($"{lease.Token} leased to {worker.Name}");
        }

        return lease;
    }

    private async Task<LedgerResult> AskAsync(ChunkTicket ticket, Func<ILedgerSlice, Task<SliceResult>> ask, CancellationToken cancellationToken)
    {
        if (_machine.Record.Run is null)
        {
            return LedgerResult.UnknownChunk;
        }

        var slices = await StartedAsync(cancellationToken).ConfigureAwait(false);
        if (ticket.Partition < 0 || ticket.Partition >= slices.Slices.Count)
        {
            return LedgerResult.UnknownChunk;
        }

        var (result, progress) = await ask(slices.Slices[ticket.Partition]).ConfigureAwait(false);
        Note(slices, ticket.Partition, progress);
        return result;
    }

    private void Note(SliceTable slices, int slice, LedgerProgress progress)
    {
        if (slices.Note(slice, progress) is not { } before)
        {
            return;
        }

        if (progress.Quarantined > before.Quarantined)
        {
            _log.Warning(string.Create(CultureInfo.InvariantCulture, $"{Chunks(progress.Quarantined - before.Quarantined)} given up after repeated failures"));
        }

        if (progress.IsFinished && !before.IsFinished)
        {
            // Whoever had the last chunk may be leaving: somebody else finds the finalising open.
            _ring();
        }
    }

    private async Task<SliceTable> StartedAsync(CancellationToken cancellationToken) => _slices ?? await _starting.RunAsync(
        async () =>
        {
            if (_slices is { } started)
            {
                return started;
            }

            var store = Store!;
            var (parts, requires) = await PartsAsync(cancellationToken).ConfigureAwait(false);
            var slices = new SliceTable([.. parts.Select(part => _openSlice(Id, store, part, requires))], _time);
            if (_machine.Record.Request.RetryFailed && _machine.Record.Phase == JobPhase.Running)
            {
                foreach (var slice in slices.Slices)
                {
                    await slice.RequeueAsync(null, cancellationToken).ConfigureAwait(false);
                }
            }

            return _slices = slices;
        },
        cancellationToken).ConfigureAwait(false);

    /// <summary>Apart from the slices, since these ask for it while the job waits for them.</summary>
    private async Task<(IReadOnlyList<PlanPart> Parts, string Requires)> PartsAsync(CancellationToken cancellationToken) => _parts ?? await _reading.RunAsync(
        async () =>
        {
            if (_parts is { } read)
            {
                return read;
            }

            var requires = await RunRequirementsAsync(Store!, cancellationToken).ConfigureAwait(false);
            var parts = (await PlanParts.ScanAsync(Store!, cancellationToken).ConfigureAwait(false), requires);
            _parts = parts;
            return parts;
        },
        cancellationToken).ConfigureAwait(false);

    private async Task<string> RunRequirementsAsync(RunStore store, CancellationToken cancellationToken)
    {
        var run = await store.TryReadRecordAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new ObjectNotFoundException(store.Objects.Location, store.Layout.Run);
        var c = run.Configuration;
        return RequirementTags.Join(
        [
            .. RequirementTags.Split(_machine.Record.Request.Requires), WorkerOffers.Model(c.Detector.Model), .. c.AffectModels.Select(WorkerOffers.Model),
        ]);
    }

    /// <summary>Changes the machine and stores what it came to; the change is answered only when it is stored.</summary>
    private Task<JobResult> ChangeAsync(Func<JobResult> change, string? told, CancellationToken cancellationToken, bool isWarning = false) => _changing.RunAsync(
        async () =>
        {
            var result = change();
            var record = _machine.Record;
            var isNew = !ReferenceEquals(record, _stored);
            if (isNew)
            {
                await _objects.PutAsync(RunLayout.Job(record.Id), record.ToJson(), cancellationToken).ConfigureAwait(false);
                if (record.Phase == JobPhase.Failed && _stored.Phase != JobPhase.Failed)
                {
                    _log.Warning($"failed: {record.Failure?.Message}");
                }

                _stored = record;
            }

            if (told is not null && result == JobResult.Changed)
            {
                (isWarning ? (Action<string>)_log.Warning : _log.Info)(told);
            }

            if (record is { IsEnded: false, IsPaused: false } && (isNew || (result == JobResult.Changed && _machine.StageWorker is null)))
            {
                _ring();
            }

            return result;
        },
        cancellationToken);
}

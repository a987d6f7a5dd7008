using System.Globalization;
using Affect.Core.Failures;
using Affect.Core.Ledger;
using Affect.Core.Runs;

namespace Affect.Core.Jobs;

/// <summary>What the machine made of a message. Sent: values are never renumbered.</summary>
public enum JobResult
{
    Unknown = 0,

    /// <summary>Done as asked; the record changed.</summary>
    Changed = 1,

    /// <summary>It was so already.</summary>
    Unchanged = 2,

    /// <summary>Not in this phase; <see cref="JobMachine.Record"/> says which it is.</summary>
    NotNow = 3,

    /// <summary>The stage lease is not (or no longer) the live one: drop the work.</summary>
    LeaseLost = 4,
}

/// <summary>
/// The life of one job: planning → running → finalising → done, or failed, cancelled; paused is a flag beside. The stages that one worker does alone
/// (planning, finalising) are leased with attempts and expiry, as chunks are. In memory only: the caller stores <see cref="Record"/> after
/// each change and before it answers. Thread-safe.
/// <para>Guarantees: at most one stage lease alive; a stage that fails <see cref="LedgerOptions.MaxAttempts"/> times fails the job; an ended job gives no work.</para>
/// </summary>
public sealed class JobMachine(JobRecord record, LedgerOptions options, TimeProvider time, string epoch)
{
    private readonly Lock _lock = new();
    private JobRecord _record = record;
    private (StageToken Token, string Worker, long ExpiresAt)? _lease;
    private int _attempts;
    private int _failures;

    public JobRecord Record
    {
        get
        {
            lock (_lock)
            {
                return _record;
            }
        }
    }

    /// <summary>Who plans or finalises now, or null.</summary>
    public string? StageWorker
    {
        get
        {
            lock (_lock)
            {
                return _lease?.Worker;
            }
        }
    }

    public JobResult Pause() => Hold(paused: true);

    /// <summary>Ends a pause; takes a cancelled job up again where it was.</summary>
    public JobResult Resume()
    {
        lock (_lock)
        {
            return _record.Phase == JobPhase.Cancelled ? Restart() : Hold(paused: false);
        }
    }

    public JobResult Cancel()
    {
        lock (_lock)
        {
            return _record.Phase == JobPhase.Cancelled ? JobResult.Unchanged
                : _record.IsEnded ? JobResult.NotNow
                : Change(_record with { Phase = JobPhase.Cancelled, IsPaused = false, Ended = time.GetUtcNow() });
        }
    }

    /// <summary>Takes up a job that has ended: plans again where there is no run yet, else runs again (chunks must be put back by the caller first).</summary>
    public JobResult Retry()
    {
        lock (_lock)
        {
            return _record.IsEnded ? Restart() : _record.Phase == JobPhase.Running ? JobResult.Unchanged : JobResult.NotNow;
        }
    }

    /// <summary>Every chunk is done or given up.</summary>
    public JobResult ChunksFinished()
    {
        lock (_lock)
        {
            return _record.Phase == JobPhase.Running ? Change(_record with { Phase = JobPhase.Finalising })
                : _record.Phase is JobPhase.Finalising or JobPhase.Done ? JobResult.Unchanged
                : JobResult.NotNow;
        }
    }

    /// <summary>The stage that waits for a worker, or null: not the phase for it, paused, or in somebody's hands.</summary>
    /// <remarks>Look at <see cref="Record"/> afterwards: a stage lease that ran out for the last time has failed the job.</remarks>
    public StageLease? LeaseStage(string worker)
    {
        lock (_lock)
        {
            Expire();
            if (_record.Phase is not (JobPhase.Planning or JobPhase.Finalising) || _record.IsPaused || _lease is not null)
            {
                return null;
            }

            var token = new StageToken(_record.Phase, new AttemptId(++_attempts, epoch));
            _lease = (token, worker, time.GetTimestamp() + LeaseTicks);
            return new StageLease(token, options.LeaseDuration);
        }
    }

    /// <summary>Extends the lease. That of an earlier machine (the coordinator restarted) is taken over where nobody else has the stage.</summary>
    public JobResult HeartbeatStage(string worker, StageToken token)
    {
        lock (_lock)
        {
            Expire();
            if (_lease is null && token.Stage == _record.Phase && token.Attempt.Epoch != epoch && !_record.IsPaused)
            {
                _attempts = Math.Max(_attempts, token.Attempt.Number);
                _lease = (token, worker, 0);
            }

            if (!Holds(token))
            {
                return JobResult.LeaseLost;
            }

            _lease = _lease!.Value with { ExpiresAt = time.GetTimestamp() + LeaseTicks };
            return JobResult.Changed;
        }
    }

    /// <summary>The run is planned and written.</summary>
    public JobResult Planned(StageToken token, RunId run)
    {
        lock (_lock)
        {
            // A plan is content: whoever made it, it is the same one. So a late planner is as good as the lease's holder.
            return _record.Phase == JobPhase.Planning && token.Stage == JobPhase.Planning ? Change(_record with { Phase = JobPhase.Running, Run = run })
                : _record.Run == run ? JobResult.Unchanged
                : JobResult.LeaseLost;
        }
    }

    /// <summary>Labels and report are written.</summary>
    public JobResult Finalised(StageToken token, JobOutcome outcome)
    {
        lock (_lock)
        {
            return _record.Phase == JobPhase.Done ? JobResult.Unchanged
                : !Holds(token) ? JobResult.LeaseLost
                : Change(_record with { Phase = JobPhase.Done, Outcome = outcome, Ended = time.GetUtcNow() });
        }
    }

    /// <summary>The stage failed.</summary>
    /// <param name="token">The attempt.</param>
    /// <param name="failure">Why.</param>
    /// <param name="isFinal">Another attempt would fail as well: the corpus does not exist, a model is not installed.</param>
    public JobResult FailStage(StageToken token, ChunkFailure failure, bool isFinal)
    {
        lock (_lock)
        {
            return Holds(token) ? CountFailure(failure, isFinal) : JobResult.LeaseLost;
        }
    }

    /// <summary>Gives the stage back without failure.</summary>
    public JobResult ReleaseStage(StageToken token)
    {
        lock (_lock)
        {
            if (!Holds(token))
            {
                return JobResult.LeaseLost;
            }

            _lease = null;
            return JobResult.Changed;
        }
    }

    private long LeaseTicks => (long)(options.LeaseDuration.TotalSeconds * time.TimestampFrequency);

    private JobResult Hold(bool paused)
    {
        lock (_lock)
        {
            return _record.IsEnded ? JobResult.NotNow
                : _record.IsPaused == paused ? JobResult.Unchanged
                : Change(_record with { IsPaused = paused }, keepLease: true);
        }
    }

    private JobResult Restart() => Change(_record with
    {
        Phase = _record.Run is null ? JobPhase.Planning : JobPhase.Running, IsPaused = false, Failure = null, Outcome = null, Ended = null,
    });

    private void Expire()
    {
        if (_lease is { } lease && time.GetTimestamp() >= lease.ExpiresAt)
        {
            CountFailure(new ChunkFailure(FailureKind.WorkerLost, string.Create(
                CultureInfo.InvariantCulture, $"Worker {lease.Worker} was lost while {(lease.Token.Stage == JobPhase.Planning ? "planning" : "finalising")} the run.")), isFinal: false);
        }
    }

    private JobResult CountFailure(ChunkFailure failure, bool isFinal)
    {
        _lease = null;
        return isFinal || ++_failures >= options.MaxAttempts
            ? Change(_record with { Phase = JobPhase.Failed, Failure = failure, Ended = time.GetUtcNow() })
            : JobResult.Changed;
    }

    private JobResult Change(JobRecord changed, bool keepLease = false)
    {
        if (!keepLease)
        {
            (_lease, _failures) = (null, 0);
        }

        _record = changed;
        return JobResult.Changed;
    }

    private bool Holds(StageToken token) => _lease?.Token == token;
}

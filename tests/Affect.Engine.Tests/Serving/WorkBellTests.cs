using Affect.Core.Jobs;
using Affect.Engine.Serving;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Engine.Tests.Serving;

/// <summary>Requests for work that wait. The clock stands still unless a test moves it, so nothing here comes by asking again after a while.</summary>
public sealed class WorkBellTests
{
    private static readonly WorkReply Work = new(new WorkItem(JobId.Parse("7q2k9m0x4c1d"), new JobRequest { Corpus = "/c" }, null, 0, 1, null, null), TimeSpan.Zero);

    private static readonly WorkReply Nothing = new(null, TimeSpan.FromSeconds(60));

    private readonly ManualTime _time = new();
    private readonly WorkBell _bell;
    private WorkReply _now = Nothing;
    private int _asked;

    public WorkBellTests() => _bell = new WorkBell(_time);

    [Fact]
    public async Task Ring_HasAllThatWaitAskAgain()
    {
        var waiting = Enumerable.Range(0, 3).Select(_ => LeaseAsync(TimeSpan.FromSeconds(5))).ToArray();
        await _time.UntilSetAsync(3);
        _now = Work;
        Assert.All(waiting, lease => Assert.False(lease.IsCompleted));
        _bell.Ring();
        Assert.All(await Task.WhenAll(waiting), reply => Assert.Same(Work, reply));
    }

    [Fact]
    public async Task Ring_WhileTheAnswerIsUnderWay_IsNotMissed()
    {
        var reply = await _bell.LeaseAsync(
            () =>
            {
                _bell.Ring();
                return Task.FromResult(_asked++ == 0 ? Nothing : Work);
            },
            TimeSpan.FromSeconds(5), default);
        Assert.Same(Work, reply);
    }

    [Fact]
    public async Task WaitThatIsOver_SaysAskAgainAtOnce()
    {
        var waiting = LeaseAsync(TimeSpan.FromSeconds(5));
        await _time.UntilSetAsync();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(new WorkReply(null, TimeSpan.Zero), await waiting);
    }

    [Fact]
    public async Task WhatComesByItself_IsAskedForWhenTheAnswerSaidSo()
    {
        _now = Nothing with { RetryAfter = TimeSpan.FromSeconds(2) };
        var waiting = LeaseAsync(TimeSpan.FromSeconds(5));
        await _time.UntilSetAsync();
        _now = Work;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Same(Work, await waiting);
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task NoWait_AsksOnce_AndAnswersAsItIs() => Assert.Equal((Nothing, 1), (await LeaseAsync(TimeSpan.Zero), _asked));

    [Fact]
    public async Task Cancellation_EndsTheWaitAtOnce()
    {
        using var leave = new CancellationTokenSource();
        var waiting = LeaseAsync(TimeSpan.FromSeconds(5), leave.Token);
        await _time.UntilSetAsync();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private Task<WorkReply> LeaseAsync(TimeSpan wait, CancellationToken cancellationToken = default) => _bell.LeaseAsync(
        () =>
        {
            Interlocked.Increment(ref _asked);
            return Task.FromResult(_now);
        },
        wait, cancellationToken);
}

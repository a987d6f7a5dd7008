using System.Net;
using System.Net.Http.Json;
using Affect.Coordinator.Remote;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Engine.Serving;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Coordinator.Tests.Server;

/// <summary>Requests for work that wait at the server, whose engine's clock stands still.</summary>
public sealed class WaitingTests
{
    private static readonly WorkerProfile Worker = new("w-1-abcd", new HashSet<string>());

    private readonly ManualTime _time = new();

    [Fact]
    public async Task WaitingWorker_HasTheJobWhenItIsSubmitted()
    {
        await using var server = await LiveServer.StartAtAsync(_time);
        var waiting = new HttpWorkSource(server.Http).LeaseAsync(Worker, WorkBell.LongestWait, CancellationToken.None);
        await _time.UntilSetAsync();
        var job = await server.SubmitAsync("/tmp/nothing-here");
        var item = (await waiting).Item!;
        Assert.Equal((job.Job.Id, JobPhase.Planning), (item.Job, item.Stage!.Token.Stage));
    }

    [Fact]
    public async Task ServerThatEnds_LetsGoOfThoseThatWait()
    {
        await using var server = await LiveServer.StartAtAsync(_time);
        var waiting = new HttpWorkSource(server.Http).LeaseAsync(Worker, WorkBell.LongestWait, CancellationToken.None);
        await _time.UntilSetAsync();
        await server.StopAsync(CancellationToken.None);
        Assert.True((await Assert.ThrowsAsync<WorkSourceException>(() => waiting)).IsTransient);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("5.1")]
    [InlineData("NaN")]
    [InlineData("x")]
    public async Task WaitOutOfRange_IsRefused(string wait)
    {
        await using var server = await LiveServer.StartAtAsync(_time);
        using var response = await server.Http.PostAsJsonAsync($"api/v1/work/lease?wait={wait}", Worker, WireJson.Options);
        await LiveServer.ProblemOfAsync(response, HttpStatusCode.BadRequest, "invalid-request");
    }

    /// <summary>A worker of a version that knows nothing of waiting.</summary>
    [Fact]
    public async Task NoWait_IsAnsweredAtOnce()
    {
        await using var server = await LiveServer.StartAtAsync(_time);
        using var response = await server.Http.PostAsJsonAsync("api/v1/work/lease", Worker, WireJson.Options);
        var reply = (await response.Content.ReadFromJsonAsync<WorkReply>(WireJson.Options))!;
        Assert.Null(reply.Item);
        Assert.True(reply.RetryAfter > TimeSpan.Zero);
    }
}

using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Affect.Core.Failures;
using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Core.Runs;
using Affect.Coordinator.Server;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Remote;

/// <summary>A server as a worker reaches it from anywhere: outbound HTTP calls only. Repeats nothing; that is the caller's matter.</summary>
internal sealed class HttpWorkSource(HttpClient http) : IWorkSource
{
    public Task<Workplace> WorkplaceAsync(CancellationToken cancellationToken) => AskAsync<Workplace>("workplace", null, cancellationToken);

    public Task AnnounceAsync(WorkerAnnouncement worker, CancellationToken cancellationToken) => AskAsync<WorkDone>("announce", worker, cancellationToken);

    public Task LeaveAsync(string worker, CancellationToken cancellationToken) => AskAsync<WorkDone>("leave", new WorkMessage { Worker = worker }, cancellationToken);

    public Task<WorkReply> LeaseAsync(WorkerProfile worker, TimeSpan wait, CancellationToken cancellationToken) => AskAsync<WorkReply>(
        string.Create(CultureInfo.InvariantCulture, $"lease?wait={wait.TotalSeconds}"), worker, cancellationToken);

    public Task<LedgerResult> HeartbeatAsync(string worker, ChunkTicket ticket, CancellationToken cancellationToken) =>
        ChunkAsync("heartbeat", new WorkMessage { Worker = worker, Chunk = ticket }, cancellationToken);

    public Task<LedgerResult> CompleteAsync(ChunkTicket ticket, FrameCounts counts, CancellationToken cancellationToken) =>
        ChunkAsync("complete", new WorkMessage { Chunk = ticket, Counts = counts }, cancellationToken);

    public Task<LedgerResult> FailAsync(string worker, ChunkTicket ticket, ChunkFailure failure, CancellationToken cancellationToken) =>
        ChunkAsync("fail", new WorkMessage { Worker = worker, Chunk = ticket, Failure = failure }, cancellationToken);

    public Task<LedgerResult> ReleaseAsync(ChunkTicket ticket, CancellationToken cancellationToken) =>
        ChunkAsync("release", new WorkMessage { Chunk = ticket }, cancellationToken);

    public Task<JobResult> HeartbeatStageAsync(string worker, StageTicket ticket, CancellationToken cancellationToken) =>
        StageAsync("stage/heartbeat", new WorkMessage { Worker = worker, Stage = ticket }, cancellationToken);

    public Task<JobResult> PlannedAsync(StageTicket ticket, RunId run, CancellationToken cancellationToken) =>
        StageAsync("stage/planned", new WorkMessage { Stage = ticket, Run = run }, cancellationToken);

    public Task<JobResult> FinalisedAsync(StageTicket ticket, JobOutcome outcome, CancellationToken cancellationToken) =>
        StageAsync("stage/finalised", new WorkMessage { Stage = ticket, Outcome = outcome }, cancellationToken);

    public Task<JobResult> FailStageAsync(StageTicket ticket, ChunkFailure failure, bool isFinal, CancellationToken cancellationToken) =>
        StageAsync("stage/fail", new WorkMessage { Stage = ticket, Failure = failure, IsFinal = isFinal }, cancellationToken);

    public Task<JobResult> ReleaseStageAsync(StageTicket ticket, CancellationToken cancellationToken) =>
        StageAsync("stage/release", new WorkMessage { Stage = ticket }, cancellationToken);

    private async Task<LedgerResult> ChunkAsync(string what, WorkMessage message, CancellationToken cancellationToken) =>
        (await AskAsync<WorkDone>(what, message, cancellationToken).ConfigureAwait(false)).Ledger;

    private async Task<JobResult> StageAsync(string what, WorkMessage message, CancellationToken cancellationToken) =>
        (await AskAsync<WorkDone>(what, message, cancellationToken).ConfigureAwait(false)).Job;

    private async Task<T> AskAsync<T>(string what, object? message, CancellationToken cancellationToken)
    {
        var path = $"api/v1/work/{what}";
        try
        {
            using var request = new HttpRequestMessage(message is null ? HttpMethod.Get : HttpMethod.Post, path);
            request.Content = message is null ? null : JsonContent.Create(message, message.GetType(), options: WireJson.Options);
            using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw new WorkSourceException(
                    $"{http.BaseAddress}{path}: {await ServerClient.ProblemOfAsync(response, cancellationToken).ConfigureAwait(false)}",
                    response.StatusCode is >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);
            }

            return await response.Content.ReadFromJsonAsync<T>(WireJson.Options, cancellationToken).ConfigureAwait(false)
                ?? throw new WorkSourceException($"{http.BaseAddress}{path}: an empty answer", isTransient: true);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new WorkSourceException($"{http.BaseAddress}{path}: {e.Message}", isTransient: true, e);
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new WorkSourceException($"{http.BaseAddress}{path}: not the answer of a server of this version: {e.Message}", isTransient: true, e);
        }
    }
}

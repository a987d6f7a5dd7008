using Affect.Core.Jobs;
using Affect.Core.Ledger;
using Affect.Engine.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Affect.Coordinator.Server;

/// <summary>The workers' half of the API: <see cref="IWorkSource"/>, call for call. Must agree with openapi.json (a test compares them).</summary>
internal static class WorkEndpoints
{
    public static void Map(IEndpointRouteBuilder api, IWorkSource source)
    {
        api.MapGet("/work/workplace", async (CancellationToken token) => Ok(await source.WorkplaceAsync(token).ConfigureAwait(false)));
        api.MapPost("/work/announce", async (WorkerAnnouncement worker, CancellationToken token) =>
        {
            if (!AreGiven([worker.Name, .. worker.Offers]) || worker.Lanes.Contains(null!))
            {
                return Problems.Invalid("name, offers or lanes: missing, or null among them");
            }

            await source.AnnounceAsync(worker, token).ConfigureAwait(false);
            return Ok(new WorkDone());
        });
        api.MapPost("/work/leave", (WorkMessage message, CancellationToken token) => WithAsync(message.Worker, "worker", async worker =>
        {
            await source.LeaveAsync(worker, token).ConfigureAwait(false);
            return new WorkDone();
        }));
        api.MapPost("/work/lease", async (WorkerProfile worker, double? wait, IHostApplicationLifetime lifetime, CancellationToken token) =>
        {
            if (worker.Offers is not { } offers || !AreGiven([worker.Name, .. offers]))
            {
                return Problems.Invalid("name or offers: missing, or null among them");
            }

            if (wait is { } seconds && !(seconds >= 0 && seconds <= WorkBell.LongestWait.TotalSeconds))
            {
                return Problems.Invalid($"wait must be in 0 to {WorkBell.LongestWait.TotalSeconds} seconds");
            }

            // A server that ends does not wait for those who wait: they ask its successor.
            using var until = CancellationTokenSource.CreateLinkedTokenSource(token, lifetime.ApplicationStopping);
            return Ok(await source.LeaseAsync(worker, TimeSpan.FromSeconds(wait ?? 0), until.Token).ConfigureAwait(false));
        });
        api.MapPost("/work/heartbeat", (WorkMessage m, CancellationToken token) => ChunkAsync(m, ticket => source.HeartbeatAsync(m.Worker ?? string.Empty, ticket, token)));
        api.MapPost("/work/complete", (WorkMessage m, CancellationToken token) => m.Counts is { } counts
            ? ChunkAsync(m, ticket => source.CompleteAsync(ticket, counts, token))
            : Missing("counts"));
        api.MapPost("/work/fail", (WorkMessage m, CancellationToken token) => m.Failure is { } failure
            ? ChunkAsync(m, ticket => source.FailAsync(m.Worker ?? string.Empty, ticket, failure, token))
            : Missing("failure"));
        api.MapPost("/work/release", (WorkMessage m, CancellationToken token) => ChunkAsync(m, ticket => source.ReleaseAsync(ticket, token)));
        api.MapPost("/work/stage/heartbeat", (WorkMessage m, CancellationToken token) => StageAsync(m, ticket => source.HeartbeatStageAsync(m.Worker ?? string.Empty, ticket, token)));
        api.MapPost("/work/stage/planned", (WorkMessage m, CancellationToken token) => m.Run is { } run
            ? StageAsync(m, ticket => source.PlannedAsync(ticket, run, token))
            : Missing("run"));
        api.MapPost("/work/stage/finalised", (WorkMessage m, CancellationToken token) => m.Outcome is { } outcome
            ? StageAsync(m, ticket => source.FinalisedAsync(ticket, outcome, token))
            : Missing("outcome"));
        api.MapPost("/work/stage/fail", (WorkMessage m, CancellationToken token) => m.Failure is { } failure
            ? StageAsync(m, ticket => source.FailStageAsync(ticket, failure, m.IsFinal, token))
            : Missing("failure"));
        api.MapPost("/work/stage/release", (WorkMessage m, CancellationToken token) => StageAsync(m, ticket => source.ReleaseStageAsync(ticket, token)));
    }

    /// <summary>What comes as JSON can be null whatever its type says.</summary>
    private static bool AreGiven(IReadOnlyList<string?> texts) => texts.All(text => !string.IsNullOrWhiteSpace(text));

    private static IResult Ok<T>(T value) => Results.Json(value, WireJson.Options);

    private static Task<IResult> Missing(string field) => Task.FromResult(Problems.Invalid($"{field} is missing"));

    private static Task<IResult> ChunkAsync(WorkMessage message, Func<ChunkTicket, Task<LedgerResult>> ask) =>
        WithAsync(message.Chunk, "chunk", async ticket => new WorkDone(Ledger: await ask(ticket).ConfigureAwait(false)));

    private static Task<IResult> StageAsync(WorkMessage message, Func<StageTicket, Task<JobResult>> ask) =>
        WithAsync(message.Stage, "stage", async ticket => new WorkDone(Job: await ask(ticket).ConfigureAwait(false)));

    private static async Task<IResult> WithAsync<T>(T? value, string field, Func<T, Task<WorkDone>> answer)
        where T : class => value is null ? Problems.Invalid($"{field} is missing") : Ok(await answer(value).ConfigureAwait(false));
}

using System.Text.Json;
using Affect.Core.Jobs;
using Affect.Engine.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Affect.Coordinator.Server;

/// <summary>A job as server-sent events: <c>status</c> and <c>workers</c> each second, <c>log</c> with what is new, <c>end</c> with the job, once. Must agree with openapi.json.</summary>
internal static class EventEndpoint
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public static void Map(IEndpointRouteBuilder api, IJobEngine engine) =>
        api.MapGet("/runs/{job}/events", (string job, HttpContext context) => StreamAsync(engine, job, context));

    private static async Task<IResult> StreamAsync(IJobEngine engine, string job, HttpContext context)
    {
        // A server that ends does not wait for its watchers: they connect to its successor.
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var until = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var cancellationToken = until.Token;
        if (!JobId.TryParse(job, out var id) || await engine.FindAsync(id, cancellationToken).ConfigureAwait(false) is not { } status)
        {
            return Problems.NoSuchJob(job);
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        var seen = 0L;
        try
        {
            while (true)
            {
                var events = await engine.EventsAsync(id, seen, cancellationToken).ConfigureAwait(false) ?? [];
                seen = events.Count > 0 ? events[^1].Number : seen;
                await SendAsync(context, "status", status, cancellationToken).ConfigureAwait(false);
                await SendAsync(context, "workers", await engine.WorkersAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                if (events.Count > 0)
                {
                    await SendAsync(context, "log", events, cancellationToken).ConfigureAwait(false);
                }

                if (status.Job.IsEnded)
                {
                    await SendAsync(context, "end", status.Job.Phase, cancellationToken).ConfigureAwait(false);
                    return Results.Empty;
                }

                await Task.Delay(Period, cancellationToken).ConfigureAwait(false);
                status = await engine.FindAsync(id, cancellationToken).ConfigureAwait(false) ?? status;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WorkSourceException)
        {
            // The watcher left, or the engine is away for a moment: watchers connect again.
            return Results.Empty;
        }
    }

    private static async Task SendAsync<T>(HttpContext context, string name, T value, CancellationToken cancellationToken)
    {
        await context.Response.WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(value, WireJson.Options)}\n\n", cancellationToken).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}

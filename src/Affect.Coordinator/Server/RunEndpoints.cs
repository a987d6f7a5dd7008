using System.Text.Json;
using Affect.Coordinator.Reports;
using Affect.Core.Jobs;
using Affect.Core.Runs;
using Affect.Engine.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Affect.Coordinator.Server;

/// <summary>The users' half of the API. Must agree with openapi.json (a test compares them).</summary>
internal static class RunEndpoints
{
    private static readonly TimeSpan EventPeriod = TimeSpan.FromSeconds(1);

    public static void Map(IEndpointRouteBuilder api, IJobEngine engine, RunReader reader, ServerOptions options)
    {
        api.MapPost("/runs", async (JobRequest request, CancellationToken token) => await SubmitAsync(engine, request, options, token).ConfigureAwait(false));
        api.MapGet("/runs", async (CancellationToken token) => Ok(await engine.ListAsync(token).ConfigureAwait(false)));
        api.MapGet("/runs/{job}", (string job, CancellationToken token) => WithAsync(engine, job, status => Task.FromResult(Ok(status)), token));
        foreach (var command in (JobCommand[])[JobCommand.Pause, JobCommand.Resume, JobCommand.Cancel])
        {
            api.MapPost($"/runs/{{job}}/{command.ToString().ToLowerInvariant()}", (string job, CancellationToken token) => ControlAsync(engine, job, command, token));
        }

        api.MapPost("/runs/{job}/retry", (string job, string? reason, CancellationToken token) => RetryAsync(engine, job, reason, token));
        api.MapGet("/runs/{job}/log", async (string job, long? after, CancellationToken token) =>
            JobId.TryParse(job, out var id) && await engine.EventsAsync(id, after ?? 0, token).ConfigureAwait(false) is { } events ? Ok(events) : Problems.NoSuchJob(job));
        api.MapGet("/runs/{job}/events", (string job, HttpContext context, CancellationToken token) => StreamAsync(engine, job, context, token));
        api.MapGet("/runs/{job}/metrics", (string job, CancellationToken token) => WithRunAsync(engine, job, async run =>
            await reader.FiguresAsync(run, token).ConfigureAwait(false) is { } report
                ? Results.Bytes(ReportWriter.Json(report), "application/json")
                : Problems.NotThere("the run is not in this server's workspace"), token));
        api.MapGet("/runs/{job}/failures", (string job, CancellationToken token) => WithRunAsync(engine, job, async run =>
            await reader.FiguresAsync(run, token).ConfigureAwait(false) is { } report ? Ok(report.Failures) : Problems.NotThere("the run is not in this server's workspace"), token));
        api.MapGet("/runs/{job}/report", (string job, CancellationToken token) => FileAsync(engine, reader, job, layout => layout.ReportHtml, "text/html; charset=utf-8", token));
        api.MapGet("/runs/{job}/report.json", (string job, CancellationToken token) => FileAsync(engine, reader, job, layout => layout.ReportJson, "application/json", token));
        api.MapGet("/workers", async (CancellationToken token) => Ok(await engine.WorkersAsync(token).ConfigureAwait(false)));
    }

    private static IResult Ok<T>(T value) => Results.Json(value, WireJson.Options);

    private static async Task<IResult> SubmitAsync(IJobEngine engine, JobRequest request, ServerOptions options, CancellationToken cancellationToken)
    {
        if (request.Validate() is { } problem)
        {
            return Problems.Invalid(problem);
        }

        if (!options.Roots.Contains(request.Corpus))
        {
            return Problems.Invalid($"corpus: {request.Corpus} is not below any of the server's corpus roots; start the server with --root for it, or name a corpus inside");
        }

        var before = DateTimeOffset.UtcNow;
        var status = await engine.SubmitAsync(request, cancellationToken).ConfigureAwait(false);
        var isNew = status.Job.Submitted >= before.AddSeconds(-1) && status.Job.Phase == JobPhase.Planning && status.StageWorker is null;
        return isNew
            ? Results.Text(JsonSerializer.Serialize(status, WireJson.Options), "application/json", statusCode: StatusCodes.Status201Created)
            : Ok(status);
    }

    private static async Task<IResult> ControlAsync(IJobEngine engine, string job, JobCommand command, CancellationToken cancellationToken)
    {
        if (!JobId.TryParse(job, out var id) || await engine.ControlAsync(id, command, cancellationToken).ConfigureAwait(false) is not { } result)
        {
            return Problems.NoSuchJob(job);
        }

        var status = await engine.FindAsync(id, cancellationToken).ConfigureAwait(false);
        return result == JobResult.NotNow
            ? Problems.NotNow($"the job is {status?.Job.Phase}: it cannot be told to {command}".ToLowerInvariant())
            : Ok(status);
    }

    private static async Task<IResult> RetryAsync(IJobEngine engine, string job, string? reason, CancellationToken cancellationToken)
    {
        if (reason is not null && !Enum.GetValues<Core.Failures.FailureKind>().Select(Core.Failures.FailureReasons.Of).Contains(reason))
        {
            return Problems.Invalid($"reason: '{reason}' is none of {string.Join(", ", Enum.GetValues<Core.Failures.FailureKind>().Select(Core.Failures.FailureReasons.Of))}");
        }

        return JobId.TryParse(job, out var id) && await engine.RetryAsync(id, reason, cancellationToken).ConfigureAwait(false) is { } status ? Ok(status) : Problems.NoSuchJob(job);
    }

    /// <summary>Server-sent events: <c>status</c>, <c>workers</c> and <c>log</c> each second, <c>end</c> with the job.</summary>
    private static async Task<IResult> StreamAsync(IJobEngine engine, string job, HttpContext context, CancellationToken cancellationToken)
    {
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

                await Task.Delay(EventPeriod, cancellationToken).ConfigureAwait(false);
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

    private static async Task<IResult> WithAsync(IJobEngine engine, string job, Func<JobStatus, Task<IResult>> answer, CancellationToken cancellationToken) =>
        JobId.TryParse(job, out var id) && await engine.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } status
            ? await answer(status).ConfigureAwait(false)
            : Problems.NoSuchJob(job);

    private static Task<IResult> WithRunAsync(IJobEngine engine, string job, Func<RunId, Task<IResult>> answer, CancellationToken cancellationToken) => WithAsync(
        engine, job,
        status => status.Job.Run is { } run ? answer(run) : Task.FromResult(Problems.NotThere("the run is not planned yet")), cancellationToken);

    private static Task<IResult> FileAsync(
        IJobEngine engine, RunReader reader, string job, Func<Storage.Layout.RunLayout, string> which, string type, CancellationToken cancellationToken) =>
        WithRunAsync(engine, job, async run => await reader.FileAsync(run, which, cancellationToken).ConfigureAwait(false) is { } content
            ? Results.Bytes(content, type)
            : Problems.NotThere("the report is written when the run is done; GET …/metrics has the figures of what is done now"), cancellationToken);
}

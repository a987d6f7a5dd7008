using System.Text.Json;
using System.Text.Json.Serialization;
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
    /// <summary>
    /// The report runs a script of its own. Whatever it holds (workers write it), it gets an origin of its own: it can neither speak to the API nor read what the
    /// page keeps.
    /// </summary>
    private const string ReportPolicy =
        "sandbox allow-scripts allow-modals allow-downloads; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

    /// <summary>A field that this version does not know may have been meant to change the labels: refused, where messages of workers of a newer version are read all the same.</summary>
    private static readonly JsonSerializerOptions Strict = new(WireJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static void Map(IEndpointRouteBuilder api, IJobEngine engine, RunReader reader, ServerOptions options)
    {
        api.MapPost("/runs", (HttpRequest request, CancellationToken token) => SubmitAsync(engine, request, options, token));
        api.MapGet("/runs", async (CancellationToken token) => Ok(await engine.ListAsync(token).ConfigureAwait(false)));
        api.MapGet("/runs/{job}", (string job, CancellationToken token) => WithAsync(engine, job, status => Task.FromResult(Ok(status)), token));
        foreach (var command in (JobCommand[])[JobCommand.Pause, JobCommand.Resume, JobCommand.Cancel])
        {
            api.MapPost($"/runs/{{job}}/{command.ToString().ToLowerInvariant()}", (string job, CancellationToken token) => ControlAsync(engine, job, command, token));
        }

        api.MapPost("/runs/{job}/retry", (string job, string? reason, CancellationToken token) => RetryAsync(engine, job, reason, token));
        api.MapGet("/runs/{job}/log", async (string job, long? after, CancellationToken token) =>
            JobId.TryParse(job, out var id) && await engine.EventsAsync(id, after ?? 0, token).ConfigureAwait(false) is { } events ? Ok(events) : Problems.NoSuchJob(job));
        api.MapGet("/runs/{job}/metrics", (string job, CancellationToken token) => WithRunAsync(engine, job, async run =>
            await reader.FiguresAsync(run, token).ConfigureAwait(false) is { } report
                ? Results.Bytes(ReportWriter.Json(report), "application/json")
                : Problems.NotThere("the run is not in this server's workspace"), token));
        api.MapGet("/runs/{job}/failures", (string job, CancellationToken token) => WithRunAsync(engine, job, async run =>
            await reader.FiguresAsync(run, token).ConfigureAwait(false) is { } report ? Ok(report.Failures) : Problems.NotThere("the run is not in this server's workspace"), token));
        api.MapGet("/runs/{job}/report", (string job, HttpContext context, CancellationToken token) =>
        {
            context.Response.Headers.ContentSecurityPolicy = ReportPolicy;
            return FileAsync(engine, reader, job, layout => layout.ReportHtml, "text/html; charset=utf-8", token);
        });
        api.MapGet("/runs/{job}/report.json", (string job, CancellationToken token) => FileAsync(engine, reader, job, layout => layout.ReportJson, "application/json", token));
        api.MapGet("/workers", async (CancellationToken token) => Ok(await engine.WorkersAsync(token).ConfigureAwait(false)));
    }

    private static IResult Ok<T>(T value) => Results.Json(value, WireJson.Options);

    private static async Task<IResult> SubmitAsync(IJobEngine engine, HttpRequest http, ServerOptions options, CancellationToken cancellationToken)
    {
        if (!http.HasJsonContentType())
        {
            return Problems.NotJson();
        }

        if (await http.ReadFromJsonAsync<JobRequest>(Strict, cancellationToken).ConfigureAwait(false) is not { } request)
        {
            return Problems.Invalid("the body must be a job");
        }

        if (request.Validate() is { } problem)
        {
            return Problems.Invalid(problem);
        }

        if (!options.Roots.Contains(request.Corpus))
        {
            return Problems.Invalid($"corpus: {request.Corpus} is not below any of the server's corpus roots; start the server with --root for it, or name a corpus inside");
        }

        var status = await engine.SubmitAsync(request, cancellationToken).ConfigureAwait(false);
        http.HttpContext.Response.Headers.Location = $"/api/v1/runs/{status.Job.Id}";
        return Ok(status);
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

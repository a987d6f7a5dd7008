using System.Text.Json;
using Affect.Engine.Serving;
using Affect.Storage.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Affect.Coordinator.Server;

/// <summary>
/// Every answer above 399 is problem details: what the API's own code throws for bad input or an engine that is away, the framework's bare status codes, and
/// defects, which are logged and cost one request, never the server.
/// </summary>
internal sealed partial class ErrorAnswers(ILogger<ErrorAnswers> logger)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (await AnswerOfAsync(context, next).ConfigureAwait(false) is { } answer)
        {
            await answer.ExecuteAsync(context).ConfigureAwait(false);
        }
    }

    private async Task<IResult?> AnswerOfAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            return context.Response is { HasStarted: false, StatusCode: >= StatusCodes.Status400BadRequest, ContentType: null }
                ? Problems.OfStatus(context.Response.StatusCode, context.Request)
                : null;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
            return null;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            return e switch
            {
                BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest, InnerException: JsonException json } => Problems.Unreadable(json),
                BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } when HttpMethods.IsPost(context.Request.Method) && !context.Request.HasJsonContentType() => Problems.NotJson(),
                BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } => Problems.Invalid(e.Message),
                BadHttpRequestException bad => Problems.OfStatus(bad.StatusCode, context.Request),
                JsonException json => Problems.Unreadable(json),
                WorkSourceException or ObjectStoreException or IOException => Problems.Unavailable(e.Message),
                OperationCanceledException => Problems.Unavailable("the server ends; its successor will answer"),
                _ => Defect(context.Request.Path, e),
            };
        }
    }

    private IResult Defect(PathString path, Exception e)
    {
        LogDefect(path, e);
        return Problems.Defect();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed")]
    private partial void LogDefect(PathString path, Exception exception);
}

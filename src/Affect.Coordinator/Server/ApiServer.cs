using System.Text.Json;
using Affect.Engine.Serving;
using Affect.Storage.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Affect.Coordinator.Server;

/// <summary>The HTTP server: API, web page, health. Engine and storage are the caller's.</summary>
internal static class ApiServer
{
    public static WebApplication Build(IJobEngine engine, RunReader reader, ServerOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "affect" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ServerOptions.LargestRequestBytes;
            kestrel.Listen(options.Listen);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddProblemDetails();
        builder.Services.AddLogging(logging => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Error));
        // Signals are the command line's: it drains its own workers first.
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.RespectNullableAnnotations = true;
            foreach (var converter in WireJson.Options.Converters)
            {
                json.SerializerOptions.Converters.Add(converter);
            }
        });
        var app = builder.Build();
        app.Use(Errors);
        var gate = new TokenGate(options);
        app.Use((context, next) => gate.InvokeAsync(context, next));
        app.Use(Headers);
        app.MapGet("/health/live", () => Results.Text("live"));
        app.MapGet("/health/ready", () => Results.Text("ready"));
        var api = app.MapGroup("/api/v1");
        RunEndpoints.Map(api, engine, reader, options);
        WorkEndpoints.Map(api, engine.Work);
        WebPage.Map(app);
        return app;
    }

    /// <summary>What the API's own code throws for bad input or an engine that is away, as problem details; the rest is a defect and a plain 500.</summary>
    private static async Task Errors(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            var result = e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Results.Problem(statusCode: e.StatusCode, title: "The request is too large", detail: $"a request may have {ServerOptions.LargestRequestBytes} bytes at most")
                : Problems.Invalid((e.InnerException as JsonException)?.Message ?? e.Message);
            await result.ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WorkSourceException or ObjectStoreException or IOException && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await Problems.Unavailable(e.Message).ExecuteAsync(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
    }

    private static Task Headers(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.XFrameOptions = "DENY";
        return next(context);
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

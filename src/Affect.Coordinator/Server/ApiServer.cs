using Affect.Engine.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
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
        // A body that cannot be bound is an exception with its reason, not a bare status code.
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
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
        app.Use(Headers);
        var errors = new ErrorAnswers(app.Services.GetRequiredService<ILogger<ErrorAnswers>>());
        app.Use((context, next) => errors.InvokeAsync(context, next));
        var gate = new TokenGate(options);
        app.Use((context, next) => gate.InvokeAsync(context, next));
        app.MapGet("/health/live", () => Results.Text("live"));
        app.MapGet("/health/ready", () => Results.Text("ready"));
        var api = app.MapGroup("/api/v1");
        RunEndpoints.Map(api, engine, reader, options);
        EventEndpoint.Map(api, engine);
        api.MapPost("/session", (HttpContext context) =>
        {
            gate.SetReportCookie(context);
            return Results.NoContent();
        });
        WorkEndpoints.Map(api, engine.Work);
        WebPage.Map(app);
        return app;
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

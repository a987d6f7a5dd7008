using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affect.Coordinator.Cli;
using Affect.Coordinator.Server;
using Affect.Coordinator.Tests.Cli;
using Affect.Core.Jobs;
using Affect.Engine.Local;
using Affect.Engine.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Affect.Coordinator.Tests.Server;

/// <summary>The real API over the local engine and a workspace of its own, on a free port of loopback. Nobody works for it.</summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private readonly Scratch _scratch;
    private readonly Workspace _workspace;
    private readonly WebApplication _app;

    private LiveServer(Scratch scratch, Workspace workspace, Workplace workplace, LocalJobEngine engine, WebApplication app)
    {
        (_scratch, _workspace, Workplace, Engine, _app) = (scratch, workspace, workplace, engine, app);
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = Address };
    }

    public LocalJobEngine Engine { get; }

    public Workplace Workplace { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    /// <summary>What is mapped, as METHOD path.</summary>
    public IReadOnlyList<string> Endpoints =>
    [
        .. _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint =>
            endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText}")),
    ];

    public static Task<LiveServer> StartAsync(string? token = null, params IReadOnlyList<string> roots) => StartAtAsync(TimeProvider.System, token, roots);

    /// <param name="time">The engine's clock.</param>
    /// <param name="token">What is asked of callers, or null.</param>
    /// <param name="roots">Where corpora may lie.</param>
    public static async Task<LiveServer> StartAtAsync(TimeProvider time, string? token = null, params IReadOnlyList<string> roots)
    {
        var scratch = new Scratch();
        var workspace = RunSession.OpenWorkspace(scratch.At("out"), TimeProvider.System);
        await workspace.PrepareAsync(CancellationToken.None);
        var workplace = new Workplace(workspace.Objects.Location, roots);
        var engine = await LocalJobEngine.OpenAsync(workspace.Objects, workplace, ServingOptions.Default, time, CancellationToken.None);
        var options = new ServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Token = token, Roots = new CorpusRoots(roots), Version = "test" };
        var app = ApiServer.Build(engine, new RunReader(workspace, TimeProvider.System), options);
        await app.StartAsync();
        return new LiveServer(scratch, workspace, workplace, engine, app);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public async Task<JobStatus> SubmitAsync(string corpus)
    {
        using var response = await Http.PostAsJsonAsync("api/v1/runs", new JobRequest { Corpus = corpus }, WireJson.Options);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JobStatus>(WireJson.Options))!;
    }

    /// <summary>Asserts that a refusal is problem details, complete and with words; gives them.</summary>
    public static async Task<JsonElement> ProblemOfAsync(HttpResponseMessage response, HttpStatusCode status, string type)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}, not {(int)status}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(($"urn:affect:{type}", (int)status), (problem.GetProperty("type").GetString(), problem.GetProperty("status").GetInt32()));
        Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("title").GetString()));
        Assert.True(problem.GetProperty("detail").GetString()!.Length > 10, text);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _workspace.Dispose();
        _scratch.Dispose();
    }
}

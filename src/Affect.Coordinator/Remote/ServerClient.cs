using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Affect.Coordinator.Cli;
using Affect.Core.Jobs;
using Affect.Engine.Serving;

namespace Affect.Coordinator.Remote;

/// <summary>A server as the command line reaches it. Errors are exit codes with the server's own words.</summary>
internal sealed class ServerClient(HttpClient http) : IDisposable
{
    /// <summary>An HTTP client of a server.</summary>
    /// <param name="server">Its address.</param>
    /// <param name="token">Bearer token, or null.</param>
    /// <param name="isInsecure">A token may go over plain HTTP to another machine.</param>
    /// <exception cref="CommandException">The address is none, or a token would go over the network in the clear.</exception>
    public static HttpClient Connect(string server, string? token, bool isInsecure)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new CommandException(ExitCodes.Usage, $"--server must be an address such as http://127.0.0.1:8480, not '{server}'");
        }

        if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback && !isInsecure)
        {
            throw new CommandException(
                ExitCodes.Usage, $"{server} is plain HTTP on another machine: token and data could be read on the way. Use https (a reverse proxy), or --insecure on a network you trust");
        }

        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = new Uri(address.AbsoluteUri.TrimEnd('/') + "/"), Timeout = TimeSpan.FromSeconds(30),
        };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return http;
    }

    public Task<JobStatus> SubmitAsync(JobRequest request, CancellationToken cancellationToken) =>
        AskAsync<JobStatus>(HttpMethod.Post, "runs", JsonContent.Create(request, options: WireJson.Options), cancellationToken);

    public Task<JobStatus[]> ListAsync(CancellationToken cancellationToken) => AskAsync<JobStatus[]>(HttpMethod.Get, "runs", null, cancellationToken);

    public Task<JobStatus> StatusAsync(string job, CancellationToken cancellationToken) =>
        AskAsync<JobStatus>(HttpMethod.Get, $"runs/{Uri.EscapeDataString(job)}", null, cancellationToken);

    public Task<JobStatus> ControlAsync(string job, string command, CancellationToken cancellationToken) =>
        AskAsync<JobStatus>(HttpMethod.Post, $"runs/{Uri.EscapeDataString(job)}/{command}", null, cancellationToken);

    public Task<RetryStatus> RetryAsync(string job, string? reason, CancellationToken cancellationToken) => AskAsync<RetryStatus>(
        HttpMethod.Post, $"runs/{Uri.EscapeDataString(job)}/retry{(reason is null ? string.Empty : $"?reason={Uri.EscapeDataString(reason)}")}", null, cancellationToken);

    public Task<JobEvent[]> LogAsync(string job, long after, CancellationToken cancellationToken) =>
        AskAsync<JobEvent[]>(HttpMethod.Get, $"runs/{Uri.EscapeDataString(job)}/log?after={after}", null, cancellationToken);

    public Task<WorkerStatus[]> WorkersAsync(CancellationToken cancellationToken) => AskAsync<WorkerStatus[]>(HttpMethod.Get, "workers", null, cancellationToken);

    /// <summary>Full address of a path of the API.</summary>
    public string AddressOf(string path) => new Uri(http.BaseAddress!, $"api/v1/{path}").AbsoluteUri;

    /// <summary>The report file; HTML or JSON.</summary>
    public Task<byte[]> ReportAsync(string job, bool json, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Get, $"runs/{Uri.EscapeDataString(job)}/report{(json ? ".json" : string.Empty)}", null, content => content.ReadAsByteArrayAsync(cancellationToken), cancellationToken);

    public void Dispose() => http.Dispose();

    /// <summary>What a refusal says: the problem's detail where there is one.</summary>
    public static async Task<string> ProblemOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var problem = JsonDocument.Parse(text);
            return problem.RootElement.TryGetProperty("detail", out var detail) && detail.GetString() is { } words ? words : $"HTTP {(int)response.StatusCode}";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return $"HTTP {(int)response.StatusCode}";
        }
    }

    private Task<T> AskAsync<T>(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken) => SendAsync(
        method, path, content,
        async answer => await answer.ReadFromJsonAsync<T>(WireJson.Options, cancellationToken).ConfigureAwait(false) ?? throw new JsonException("an empty answer"),
        cancellationToken);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, Func<HttpContent, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, $"api/v1/{path}") { Content = content };
            using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return await read(response.Content).ConfigureAwait(false);
            }

            var words = await ProblemOfAsync(response, cancellationToken).ConfigureAwait(false);
            throw new CommandException(
                response.StatusCode switch
                {
                    HttpStatusCode.NotFound => ExitCodes.NoInput,
                    HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ExitCodes.NotPermitted,
                    < HttpStatusCode.InternalServerError => ExitCodes.Usage,
                    _ => ExitCodes.Unavailable,
                },
                words);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new CommandException(ExitCodes.Unavailable, $"{http.BaseAddress} does not answer: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new CommandException(ExitCodes.Unavailable, $"{http.BaseAddress} gives no answer of a server of this version: {e.Message}", e);
        }
    }
}

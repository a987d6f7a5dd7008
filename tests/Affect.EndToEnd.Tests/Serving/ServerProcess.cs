using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Serving;

/// <summary><c>affect serve</c> as a process of its own, on a free port of loopback.</summary>
internal sealed class ServerProcess : IDisposable
{
    private ServerProcess(AffectProcess process, int port)
    {
        (Process, Port) = (process, port);
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        Http = new HttpClient { BaseAddress = new Uri(Url) };
    }

    public AffectProcess Process { get; }

    public int Port { get; }

    public string Url { get; }

    public HttpClient Http { get; }

    /// <summary>Starts it and waits until it takes requests.</summary>
    /// <param name="box">Corpus, workspace (<c>out</c>) and environment.</param>
    /// <param name="workers">Lanes of its own worker.</param>
    /// <param name="port">That of a server that was there before; null: a free one.</param>
    public static async Task<ServerProcess> StartAsync(Sandbox box, int workers, int? port = null)
    {
        var chosen = port ?? FreePort();
        var server = new ServerProcess(
            box.Start("serve", "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{chosen}"), "--out", box.PathOf("out"), "--root", box.Corpus,
                "--workers", workers.ToString(CultureInfo.InvariantCulture)),
            chosen);
        await Wait.ForAsync(async () => server.Process.HasExited || await server.IsReadyAsync());
        Assert.False(server.Process.HasExited, "the server ended at its start");
        return server;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        Http.Dispose();
        Process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            return await Http.GetStringAsync("health/ready") == "ready";
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

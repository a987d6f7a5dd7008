using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.Engine.Serving;

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

    /// <summary>Starts it over the engine in its own process and waits until it takes requests.</summary>
    /// <param name="box">Corpus, workspace (<c>out</c>) and environment.</param>
    /// <param name="workers">Lanes of its own worker.</param>
    /// <param name="port">That of a server that was there before; null: a free one.</param>
    public static Task<ServerProcess> StartAsync(Sandbox box, int workers, int? port = null) =>
        StartAsync(box, ["--out", box.PathOf("out"), "--root", box.Corpus, "--workers", workers.ToString(CultureInfo.InvariantCulture)], port);

    /// <summary>Starts it with these options and waits until it takes requests.</summary>
    public static async Task<ServerProcess> StartAsync(Sandbox box, IEnumerable<string> options, int? port)
    {
        var chosen = port ?? FreePort();
        var server = new ServerProcess(box.Start(["serve", "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{chosen}"), .. options]), chosen);
        await Wait.ForAsync(async () => server.Process.HasExited || await server.IsReadyAsync());
        Assert.False(server.Process.HasExited, "the server ended at its start");
        return server;
    }

    /// <summary>Speaks for a worker that is not there, once.</summary>
    public async Task AnnounceAsync(string name, bool isDraining)
    {
        var worker = new WorkerAnnouncement
        {
            Name = name, Host = "h", Version = "0.1.0", Device = "cuda:0", Decoder = "cuda", Offers = ["codec:h264", "device:cuda"], IsDraining = isDraining,
            Lanes = [new LaneState("7q2k9m0x4c1d", "v000012-c00003", "a.mp4", 10, 20), new LaneState(null, null, null, 0, 0)],
        };
        using var answer = await Http.PostAsJsonAsync("api/v1/work/announce", worker, WireJson.Options);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
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

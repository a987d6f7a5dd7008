using System.Net;
using System.Net.Sockets;
using Affect.Engine.Serving;
using Affect.Grains;
using Affect.Silo;
using Affect.Storage.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Affect.ClusterBenchmarks;

/// <summary>The product's silo and a client of it in this process, with sockets and serialisation between them.</summary>
internal sealed class OneSilo(WebApplication silo, ClusterConnection client) : IAsyncDisposable
{
    public ClusterJobEngine Engine => client.Engine;

    public static async Task<OneSilo> StartAsync(IObjectStore objects, string folder)
    {
        var options = new SiloOptions
        {
            Cluster = new ClusterOptions { Membership = ClusterOptions.Localhost, ClusterId = $"scale-{Environment.ProcessId}", LocalGatewayPort = FreePort() },
            Workplace = new Workplace(folder, []), HealthPort = 0, SiloPort = FreePort(),
        };
        var silo = SiloHost.Build(options with { GatewayPort = options.Cluster.LocalGatewayPort }, objects, Quiet);
        await silo.StartAsync();
        return new OneSilo(silo, await ClusterConnection.OpenAsync(options.Cluster, Quiet, default));
    }

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await silo.StopAsync();
        await silo.DisposeAsync();
    }

    private static void Quiet(ILoggingBuilder logging) => logging.SetMinimumLevel(LogLevel.Error);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

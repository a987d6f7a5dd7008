using Affect.Grains;
using Affect.Silo.Membership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Serialization;

namespace Affect.Silo;

/// <summary>A client of the cluster: what a server or a worker holds. Comes back by itself when silos die; disposing leaves the cluster.</summary>
public sealed class ClusterConnection : IAsyncDisposable
{
    internal const string Invariant = "Npgsql";

    /// <summary>A grain call that takes longer has met a dead silo: shorter than a lease, so that the worker can ask again in time.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    private readonly IHost _host;

    private ClusterConnection(IHost host)
    {
        _host = host;
        Engine = new ClusterJobEngine(host.Services.GetRequiredService<IClusterClient>(), TimeProvider.System);
    }

    public ClusterJobEngine Engine { get; }

    /// <summary>Connects; waits for the first silo as long as the token lets it.</summary>
    /// <exception cref="MembershipException">The membership database is not as it must be.</exception>
    public static async Task<ClusterConnection> OpenAsync(ClusterOptions options, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        if (!options.IsLocalhost)
        {
            await MembershipSchema.CheckAsync(options.Membership, cancellationToken).ConfigureAwait(false);
        }

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        logging(builder.Logging);
        builder.UseOrleansClient(client => Configure(client, options));
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            return new ClusterConnection(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _host.StopAsync(limit.Token).ConfigureAwait(false);
        _host.Dispose();
    }

    private static void Configure(IClientBuilder client, ClusterOptions options)
    {
        if (options.IsLocalhost)
        {
            client.UseLocalhostClustering(options.LocalGatewayPort, options.ClusterId, options.ClusterId);
        }
        else
        {
            client.Configure<Orleans.Configuration.ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ClusterId));
            client.UseAdoNetClustering(ado => (ado.Invariant, ado.ConnectionString) = (Invariant, options.Membership));
        }

        client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = ResponseTimeout);
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5));
        // No silo there yet, or all of them starting again: a worker waits.
        client.UseConnectionRetryFilter(async (_, token) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), token).ConfigureAwait(false);
            return true;
        });
        client.Services.AddSerializer(serializer => serializer.AddAffect());
    }
}

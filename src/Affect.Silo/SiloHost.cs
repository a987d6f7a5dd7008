using System.Net;
using Affect.Grains;
using Affect.Silo.Membership;
using Affect.Storage.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Serialization;

namespace Affect.Silo;

/// <summary>
/// A coordinator silo: grains over storage, health over HTTP. Loads no native code and opens no video, so it is small and hardly ever fails; workers are clients
/// (docs/decisions/2026-11-24-workers-are-clients.md).
/// </summary>
public static class SiloHost
{
    /// <summary>
    /// A silo that missed changes of the membership (its database was away) reads them again this often. Orleans' own minute let a dead silo keep its grains for that long
    /// where the database had been away in the same moment.
    /// </summary>
    private static readonly TimeSpan TableRefresh = TimeSpan.FromSeconds(10);

    /// <summary>Builds the host; starting it joins the cluster.</summary>
    /// <exception cref="ArgumentException">The workspace's location is malformed.</exception>
    public static WebApplication Build(SiloOptions options, IObjectStore objects, Action<ILoggingBuilder> logging)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "affect-silo" });
        builder.Logging.ClearProviders();
        logging(builder.Logging);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (options.HealthPort > 0)
            {
                kestrel.ListenAnyIP(options.HealthPort);
            }
            else
            {
                kestrel.Listen(IPAddress.Loopback, 0);
            }
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Grace);
        builder.Services.AddSingleton(objects).AddSingleton(options.Serving).AddSingleton(options.Workplace).AddSingleton(TimeProvider.System);
        builder.Host.UseOrleans(silo => Configure(silo, options));
        var app = builder.Build();
        MapHealth(app);
        return app;
    }

    private static void Configure(ISiloBuilder silo, SiloOptions options)
    {
        if (options.Cluster.IsLocalhost)
        {
            silo.UseLocalhostClustering(options.SiloPort, options.GatewayPort, null, options.Cluster.ClusterId, options.Cluster.ClusterId);
        }
        else
        {
            silo.Configure<Orleans.Configuration.ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.Cluster.ClusterId, options.Cluster.ClusterId));
            silo.Configure<ClusterMembershipOptions>(membership => membership.TableRefreshTimeout = TableRefresh);
            silo.UseAdoNetClustering(ado => (ado.Invariant, ado.ConnectionString) = (ClusterConnection.Invariant, options.Cluster.Membership));
            if (options.AdvertisedAddress is { } address)
            {
                silo.ConfigureEndpoints(address, options.SiloPort, options.GatewayPort, listenOnAnyHostAddress: true);
            }
            else
            {
                silo.ConfigureEndpoints(options.SiloPort, options.GatewayPort, listenOnAnyHostAddress: true);
            }
        }

        silo.Services.AddSerializer(serializer => serializer.AddAffect());
    }

    /// <summary>Probes must not call grains: a cluster that is busy electing would be killed by its own probes.</summary>
    private static void MapHealth(WebApplication app)
    {
        app.MapGet("/health/live", () => Results.Text("live"));
        app.MapGet("/health/ready", (IHostApplicationLifetime lifetime) => lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested
            ? Results.Text("ready")
            : Results.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable));
    }
}

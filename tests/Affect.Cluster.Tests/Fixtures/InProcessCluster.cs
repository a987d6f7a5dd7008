using Affect.Engine.Serving;
using Affect.Engine.Tests.Fixtures;
using Affect.Grains;
using Affect.Storage.Objects;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.TestingHost;

namespace Affect.Cluster.Tests.Fixtures;

/// <summary>Silos in this process over one folder. Messages between them are serialised as between machines.</summary>
internal sealed class InProcessCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private InProcessCluster(InProcessTestCluster cluster) => _cluster = cluster;

    public ClusterJobEngine Engine => Client(TimeProvider.System);

    /// <summary>An engine with a clock of its own.</summary>
    public ClusterJobEngine Client(TimeProvider time) => new(_cluster.Client, time);

    public InProcessTestCluster Cluster => _cluster;

    public static async Task<InProcessCluster> StartAsync(StoredRun run, short silos, ServingOptions? options = null)
    {
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<IObjectStore>(run.Objects).AddSingleton(options ?? ServingOptions.Default)
                .AddSingleton(new Workplace(run.Folder, [])).AddSingleton(TimeProvider.System);
            silo.Services.AddSerializer(serializer => serializer.AddAffect());
        });
        builder.ConfigureClient(client =>
        {
            client.Services.AddSerializer(serializer => serializer.AddAffect());
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(10));
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new InProcessCluster(cluster);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
    }
}

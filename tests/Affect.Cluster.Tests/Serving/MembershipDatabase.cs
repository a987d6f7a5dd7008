using Affect.Cluster.Tests.Processes;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.Cluster.Tests.Serving;

/// <summary>A PostgreSQL with the tables of the membership, for the clusters of several tests, which have names of their own.</summary>
public sealed class MembershipDatabase : IAsyncLifetime
{
    private PostgresServer? _server;

    public string ConnectionString => _server?.ConnectionString ?? throw new InvalidOperationException("The database is not started.");

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync("127.0.0.1", "127.0.0.1/32");
        using var box = new Sandbox();
        var result = await box.CallAsync("cluster", "init", "--membership", ConnectionString);
        Assert.True(result.ExitCode == 0, $"{result}");
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The tests that share one.</summary>
[CollectionDefinition(Name)]
public sealed class ServedClusters : ICollectionFixture<MembershipDatabase>
{
    public const string Name = "served clusters";
}

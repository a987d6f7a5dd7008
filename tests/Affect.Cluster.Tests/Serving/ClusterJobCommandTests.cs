using Affect.Coordinator.Tests.Cli;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.EndToEnd.Tests.Serving;

namespace Affect.Cluster.Tests.Serving;

/// <summary>The commands against <c>affect serve --cluster</c>.</summary>
[Collection(ServedClusters.Name)]
public sealed class ClusterJobCommandTests(MembershipDatabase database) : JobCommandTests
{
    private protected override async Task<IJobServer> ServeAsync(string root)
    {
        var box = new Sandbox();
        var engine = new ClusterServing(box, root, database.ConnectionString);
        return new JobServer(box, engine, await engine.ServeAsync(lanes: 0));
    }

    private sealed class JobServer(Sandbox box, ClusterServing engine, ServerProcess server) : IJobServer
    {
        public string Url => server.Url;

        public string Location => box.PathOf("out");

        public Task<IAsyncDisposable> WorkAsync() => Task.FromResult<IAsyncDisposable>(new Working(engine.StartWorker(lanes: 1)));

        public async ValueTask DisposeAsync()
        {
            await engine.DisposeAsync();
            box.Dispose();
        }
    }

    private sealed class Working(AffectProcess worker) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            worker.Signal(AffectProcess.Terminate);
            var result = await worker.WaitAsync();
            Assert.True(result.ExitCode == 0, $"the worker ended with {result}");
        }
    }
}

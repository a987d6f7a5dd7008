using Affect.Coordinator.Serving;
using Affect.Coordinator.Tests.Server;
using Microsoft.Extensions.Logging.Abstractions;

namespace Affect.Coordinator.Tests.Cli;

/// <summary>The commands against the engine on one machine, all in this process.</summary>
[Collection(ConsoleTests.Name)]
public sealed class LocalJobCommandTests : JobCommandTests
{
    private protected override async Task<IJobServer> ServeAsync(string root) => new JobServer(await LiveServer.StartAsync(null, root));

    private sealed class JobServer(LiveServer server) : IJobServer
    {
        public string Url => server.Address.GetLeftPart(UriPartial.Authority);

        public string Location => server.Workplace.Location;

        public async Task<IAsyncDisposable> WorkAsync() => await Working.StartAsync(server);

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }

    /// <summary>A real worker of one lane in this process.</summary>
    private sealed class Working(WorkerSetup setup, CancellationTokenSource leave) : IAsyncDisposable
    {
        private readonly Task _running = setup.Host.RunAsync(leave.Token);

        public static async Task<Working> StartAsync(LiveServer server) => new(
            await WorkerSetup.CreateAsync(
                new WorkerArguments(1, "cpu", "cpu", TimeSpan.FromSeconds(20)), server.Engine, server.Workplace, isInServer: true, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None),
            new CancellationTokenSource());

        public async ValueTask DisposeAsync()
        {
            await leave.CancelAsync();
            await _running;
            await setup.DisposeAsync();
            leave.Dispose();
        }
    }
}

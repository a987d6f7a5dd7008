using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Serving;

/// <summary>What stands behind <c>affect serve</c> in a test: the engine in the server's own process, or a cluster. Disposing ends every process that it started.</summary>
internal abstract class ServingEngine : IAsyncDisposable
{
    /// <summary>Starts the server and what it needs, with a worker of this many lanes (0: none), and waits until it takes requests.</summary>
    public abstract Task<ServerProcess> ServeAsync(int lanes);

    public abstract ValueTask DisposeAsync();
}

/// <summary>The engine and its worker in the server's process, over the sandbox's corpus and workspace.</summary>
internal sealed class LocalServing(Sandbox box) : ServingEngine
{
    private ServerProcess? _server;

    public override async Task<ServerProcess> ServeAsync(int lanes) => _server = await ServerProcess.StartAsync(box, lanes);

    public override ValueTask DisposeAsync()
    {
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }
}

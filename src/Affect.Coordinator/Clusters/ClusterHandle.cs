using Affect.Engine.Serving;

namespace Affect.Coordinator.Clusters;

/// <summary>A connection to a cluster; disposing leaves it.</summary>
/// <param name="Engine">For a server.</param>
/// <param name="Work">For a worker.</param>
/// <param name="Connection">What is disposed of.</param>
internal sealed record ClusterHandle(IJobEngine Engine, IWorkSource Work, IAsyncDisposable Connection) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}

using Affect.Coordinator.Cli;

namespace Affect.Coordinator.Clusters;

/// <summary>In a build without Orleans: says so.</summary>
internal static class ClusterAccess
{
    private const string Text =
        "this build has no Orleans: the NuGet source it was made with lacks Microsoft.Orleans.*. Build with a source that has it, or use --server with 'affect serve'.";

    public static Task<ClusterHandle> OpenAsync(string membership, string clusterId, CancellationToken cancellationToken) =>
        throw new CommandException(ExitCodes.Unavailable, Text);

    public static Task<string> InitAsync(string membership, CancellationToken cancellationToken) => throw new CommandException(ExitCodes.Unavailable, Text);
}

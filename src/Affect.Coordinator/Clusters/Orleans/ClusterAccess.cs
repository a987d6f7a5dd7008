using Affect.Coordinator.Cli;
using Affect.Engine.Serving;
using Affect.Silo;
using Affect.Silo.Membership;
using Microsoft.Extensions.Logging;

namespace Affect.Coordinator.Clusters;

/// <summary>The way to an Orleans cluster. Its namesake in <c>Missing</c> takes its place where Orleans could not be restored.</summary>
internal static class ClusterAccess
{
    /// <summary>Joins the cluster as a client; waits for its first silo.</summary>
    /// <param name="membership">PostgreSQL connection string, or <c>localhost</c>.</param>
    /// <param name="clusterId">The cluster's name.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<ClusterHandle> OpenAsync(string membership, string clusterId, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await ClusterConnection.OpenAsync(
                new ClusterOptions { Membership = membership, ClusterId = clusterId },
                logging => logging.AddSimpleConsole(console => console.SingleLine = true).AddFilter("Orleans", LogLevel.Error).SetMinimumLevel(LogLevel.Warning),
                cancellationToken).ConfigureAwait(false);
            return new ClusterHandle(connection.Engine, connection.Engine, connection);
        }
        catch (MembershipException e)
        {
            throw new CommandException(ExitCodes.Unavailable, e.Message, e);
        }
    }

    /// <summary>Makes the membership tables; may be repeated. What was done, for people.</summary>
    public static async Task<string> InitAsync(string membership, CancellationToken cancellationToken)
    {
        try
        {
            await MembershipSchema.ApplyAsync(membership, cancellationToken).ConfigureAwait(false);
            return $"{MembershipSchema.Describe(membership)}: the membership tables are there";
        }
        catch (MembershipException e)
        {
            throw new CommandException(ExitCodes.Unavailable, e.Message, e);
        }
    }
}

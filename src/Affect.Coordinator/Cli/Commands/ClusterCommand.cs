using System.CommandLine;
using System.Text.Json;
using Affect.Coordinator.Clusters;

namespace Affect.Coordinator.Cli.Commands;

/// <summary><c>affect cluster init</c>: what a cluster of silos needs before its first silo starts.</summary>
internal static class ClusterCommand
{
    public static Command Create()
    {
        var command = new Command("cluster", "Prepare a cluster of coordinator silos");
        var init = new Command("init", "Make the membership tables in PostgreSQL; may be repeated, also while a cluster runs");
        var membership = ClusterOption.Membership();
        init.Options.Add(membership);
        var format = OutputOption.AddTo(init);
        init.SetAction(async (parsed, cancellationToken) =>
        {
            var connection = parsed.GetValue(membership) ?? throw new CommandException(ExitCodes.Usage, "--membership (or AFFECT_MEMBERSHIP) is needed");
            var done = new ClusterOutput(await ClusterAccess.InitAsync(connection, cancellationToken).ConfigureAwait(false));
            Console.Out.WriteLine(parsed.GetValue(format) == OutputFormat.Json ? JsonSerializer.Serialize(done, CliJson.Default.ClusterOutput) : done.Membership);
            return ExitCodes.Success;
        });
        command.Subcommands.Add(init);
        return command;
    }
}

/// <summary>What <c>affect cluster init</c> prints. Must agree with docs/cli.md.</summary>
internal sealed record ClusterOutput(string Membership);

/// <summary>The options that name a cluster, defined once.</summary>
internal static class ClusterOption
{
    /// <summary>The cluster's id where none is given; the silo's own default.</summary>
    public const string DefaultId = "affect";

    public static Option<string?> Membership() => new("--membership")
    {
        Description = "PostgreSQL connection string of the cluster's membership, such as 'Host=db;Database=affect;Username=affect;Password=...' (AFFECT_MEMBERSHIP)",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AFFECT_MEMBERSHIP") is { Length: > 0 } value ? value : null,
    };

    public static Option<string> Id() => new("--cluster-id")
    {
        Description = "Name of the cluster (AFFECT_CLUSTER_ID)",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AFFECT_CLUSTER_ID") is { Length: > 0 } value ? value : DefaultId,
    };

    public static Option<bool> Cluster() => new("--cluster") { Description = "Be a client of a cluster of silos: see --membership and --cluster-id" };
}

namespace Affect.Silo;

/// <summary>Which cluster, for silos and for its clients (servers and workers).</summary>
public sealed record ClusterOptions
{
    /// <summary>Membership on this machine only: one silo, for development.</summary>
    public const string Localhost = "localhost";

    public const string DefaultClusterId = "affect";

    /// <summary>PostgreSQL connection string, or <see cref="Localhost"/>.</summary>
    public required string Membership { get; init; }

    /// <summary>Silos and clients with the same id are one cluster; several may share a database.</summary>
    public string ClusterId { get; init; } = DefaultClusterId;

    /// <summary>Gateway port of the silo where membership is <see cref="Localhost"/>.</summary>
    public int LocalGatewayPort { get; init; } = SiloOptions.DefaultGatewayPort;

    public bool IsLocalhost => Membership == Localhost;
}

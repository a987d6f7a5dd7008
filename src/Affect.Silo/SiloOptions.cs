using System.Net;
using Affect.Engine.Serving;

namespace Affect.Silo;

/// <summary>What a coordinator silo is.</summary>
public sealed record SiloOptions
{
    public const int DefaultSiloPort = 11111;

    public const int DefaultGatewayPort = 30000;

    public const int DefaultHealthPort = 8481;

    public required ClusterOptions Cluster { get; init; }

    /// <summary>Where runs live and what corpora may be read; handed to the workers.</summary>
    public required Workplace Workplace { get; init; }

    public ServingOptions Serving { get; init; } = ServingOptions.Default;

    /// <summary>Other silos reach this one here.</summary>
    public int SiloPort { get; init; } = DefaultSiloPort;

    /// <summary>Servers and workers reach this silo here.</summary>
    public int GatewayPort { get; init; } = DefaultGatewayPort;

    /// <summary>Address that the others are told; null: this machine's first.</summary>
    public IPAddress? AdvertisedAddress { get; init; }

    /// <summary>HTTP port of <c>/health/live</c> and <c>/health/ready</c>; 0: none.</summary>
    public int HealthPort { get; init; } = DefaultHealthPort;

    /// <summary>Time for grains in work when the silo is told to stop. Default 25 s, below the 30 s that Kubernetes waits before it kills.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(25);
}

using Affect.EndToEnd.Tests.Fixtures;
using Affect.EndToEnd.Tests.Fleets;

namespace Affect.Cluster.Tests.Processes;

/// <summary>The faults of <see cref="FleetFaultTests"/> on an Orleans cluster: two silos, PostgreSQL, a server and workers, each a process of its own.</summary>
public sealed class ClusterFleetTests(ITestOutputHelper output) : FleetFaultTests(output)
{
    private protected override Fleet NewFleet(Sandbox box, CutNetwork? network) => new ClusterFleet(box, network, Output);
}

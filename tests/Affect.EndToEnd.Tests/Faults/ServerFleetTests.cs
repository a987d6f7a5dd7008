using Affect.EndToEnd.Tests.Fixtures;
using Affect.EndToEnd.Tests.Fleets;

namespace Affect.EndToEnd.Tests.Faults;

/// <summary>The faults of <see cref="FleetFaultTests"/> on <c>affect serve</c> and <c>affect worker --server</c>.</summary>
public sealed class ServerFleetTests(ITestOutputHelper output) : FleetFaultTests(output)
{
    private protected override Fleet NewFleet(Sandbox box, CutNetwork? network) => new ServerFleet(box, network, Output);
}

using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Fleets;

/// <summary><c>affect serve</c> with the engine in its own process, and workers over HTTP.</summary>
internal sealed class ServerFleet(Sandbox box, CutNetwork? network, ITestOutputHelper output) : Fleet(box, network, output)
{
    public override IReadOnlyList<Fault> Faults =>
    [
        new("server killed", async () =>
        {
            await KillServerAsync();
            await StartServerAsync();
        }),
    ];

    protected override IEnumerable<string> ServerOptions => ["--workers", "0", "--lease", $"{LeaseSeconds}"];

    protected override IEnumerable<string> WorkerOptions => ["--server", ServerUrl, "--insecure"];
}

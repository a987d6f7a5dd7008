using System.Globalization;
using Affect.Cluster.Tests.Processes;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.EndToEnd.Tests.Fleets;
using Affect.EndToEnd.Tests.Serving;

namespace Affect.Cluster.Tests.Serving;

/// <summary>A coordinator silo, <c>affect serve --cluster</c> and a worker that is the cluster's client, each a process of its own.</summary>
/// <param name="box">Workspace (<c>out</c>) and environment.</param>
/// <param name="root">Below it corpora may lie.</param>
/// <param name="membership">Connection string of a database with the tables of the membership.</param>
internal sealed class ClusterServing(Sandbox box, string root, string membership) : ServingEngine
{
    private const string Address = "127.0.0.1";

    private readonly (int Silo, int Gateway, int Health) _ports = (Ports.Free(), Ports.Free(), Ports.Free());
    private readonly List<IDisposable> _started = [];
    private AffectProcess? _silo;

    private string[] Member => ["--membership", membership, "--cluster-id", Path.GetFileName(box.Root)];

    private string[] Client => ["--cluster", .. Member];

    public override async Task<ServerProcess> ServeAsync(int lanes)
    {
        await StartSiloAsync();
        var server = await StartServerAsync();
        if (lanes > 0)
        {
            StartWorker(lanes);
        }

        return server;
    }

    public async Task StartSiloAsync()
    {
        var silo = Keep(AffectProcess.Launch(
            box.Environment, box.Root, [.. SiloCall.Of(FleetBuild.Current.Silo, membership, box.PathOf("out"), root, Address, _ports), "--cluster-id", Path.GetFileName(box.Root)]));
        await Wait.ForAsync(async () =>
        {
            Assert.False(silo.HasExited, "the silo ended at its start");
            return await SiloCall.IsReadyAsync(Address, _ports.Health);
        });
        _silo = silo;
    }

    public async Task KillSiloAsync()
    {
        _silo!.Kill();
        await _silo.WaitAsync();
    }

    /// <param name="port">That of a server that was there before; null: a free one.</param>
    public async Task<ServerProcess> StartServerAsync(int? port = null) => Keep(await ServerProcess.StartAsync(box, Client, port));

    public AffectProcess StartWorker(int lanes) => Keep(box.Start(["worker", "--workers", lanes.ToString(CultureInfo.InvariantCulture), .. Client]));

    public override ValueTask DisposeAsync()
    {
        // The clients first: they would wait for the silo.
        foreach (var process in Enumerable.Reverse(_started))
        {
            process.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private T Keep<T>(T process)
        where T : IDisposable
    {
        _started.Add(process);
        return process;
    }
}

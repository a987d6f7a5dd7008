using System.Diagnostics;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.EndToEnd.Tests.Fleets;

namespace Affect.Cluster.Tests.Processes;

/// <summary>
/// Two coordinator silos over PostgreSQL, a server and workers that are their clients. Where the network can be cut, the second silo lies beyond the cut.
/// </summary>
internal sealed class ClusterFleet(Sandbox box, CutNetwork? network, ITestOutputHelper output) : Fleet(box, network, output)
{
    private readonly string _corpus = box.Corpus;
    private readonly (int Silo, int Gateway, int Health)[] _ports = [(Ports.Free(), Ports.Free(), Ports.Free()), (Ports.Free(), Ports.Free(), Ports.Free())];
    private readonly AffectProcess?[] _silos = new AffectProcess?[2];
    private PostgresServer? _database;

    public override IReadOnlyList<Fault> Faults =>
    [
        new("server killed", async () =>
        {
            await KillServerAsync();
            await StartServerAsync();
        }),
        new("membership database stopped and started", async () =>
        {
            await _database!.StopAsync();
            // Longer than a lease and a probe of the silos.
            await Task.Delay(TimeSpan.FromSeconds(8));
            await _database.StartAsync();
        }),
    ];

    public override IReadOnlyList<Fault> LateFaults =>
    [
        new("coordinator silo killed", async () =>
        {
            var since = DateTimeOffset.UtcNow;
            _silos[0]!.Kill();
            await _silos[0]!.WaitAsync();
            Say($"the other silo took over: a chunk begun after the kill was done after {(await RecoveredAsync(since)).TotalSeconds:F1} s");
            await StartSiloAsync(0);
        }),
        new("coordinator silo told to end", async () =>
        {
            AssertEnded("silo", await TerminateAsync(_silos[1]!));
            await RecoveredAsync(DateTimeOffset.UtcNow);
        }),
    ];

    public override IReadOnlyList<(string Name, Func<Task> ReplaceAsync)> Replacements =>
        [("first silo", () => ReplaceAsync(0)), .. base.Replacements, ("second silo", () => ReplaceAsync(1))];

    protected override IEnumerable<string> ServerOptions => ["--cluster", "--membership", _database!.ConnectionString];

    protected override IEnumerable<string> WorkerOptions => ["--cluster", "--membership", _database!.ConnectionString];

    public override async Task StartAsync()
    {
        _database = await PostgresServer.StartAsync(Address, $"{Address}/24");
        using (var init = Launch("init", false, Affect(["cluster", "init", "--membership", _database.ConnectionString])))
        {
            AssertEnded("set-up", await init.WaitAsync());
        }

        await Task.WhenAll(StartSiloAsync(0), StartSiloAsync(1));
        await base.StartAsync();
    }

    /// <summary>A silo that the others had to declare dead ends itself when it hears of that; whoever supervises it starts it again.</summary>
    public override async Task HealedAsync()
    {
        var watch = Stopwatch.StartNew();
        await UntilAsync("the silo that was cut off notices", () => Task.FromResult(_silos[1]!.HasExited));
        var result = await _silos[1]!.WaitAsync();
        Say($"the silo that was cut off ended with {result.ExitCode}, {watch.Elapsed.TotalSeconds:F1} s after the cable was whole");
        Assert.NotEqual(0, result.ExitCode);
        await StartSiloAsync(1);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    private async Task ReplaceAsync(int index)
    {
        AssertEnded("silo", await TerminateAsync(_silos[index]!));
        await StartSiloAsync(index);
    }

    private async Task StartSiloAsync(int index)
    {
        var watch = Stopwatch.StartNew();
        var isBeyond = index == 1 && Network is not null;
        var health = _ports[index].Health;
        var address = isBeyond ? Network!.There : Address;
        var process = Launch($"silo-{index}", isBeyond, [
            .. SiloCall.Of(Build.Silo, _database!.ConnectionString, Out, _corpus, address, _ports[index]), "--lease", $"{LeaseSeconds}"]);
        _silos[index] = process;
        await UntilAsync($"silo {index} is ready", () => SiloCall.IsReadyAsync(address, health), process);
        Say($"silo {index} ready after {watch.Elapsed.TotalSeconds:F1} s");
    }
}

using System.Text.Json;
using Affect.Deploy.Tests.Kubernetes;
using Affect.Deploy.Tests.Processes;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.Silo;
using Affect.Storage.Tests;

namespace Affect.Deploy.Tests.Silos;

/// <summary>
/// The base as it would run: the containers' own arguments and environment, at their own ports, in a network namespace. Only the membership (localhost in place of PostgreSQL)
/// and the folders are the test's.
/// </summary>
public sealed class ClusterRunTests
{
    private static readonly string SiloProgram = Path.Combine(TestFolder.RepositoryRoot, "src", "Affect.Silo", "bin", "Release", "net10.0", "affect-silo.dll");

    private static readonly string[] ProbeNames = ["startupProbe", "livenessProbe", "readinessProbe"];

    [Fact]
    public void Silo_HasThePortsAndTheGraceOfTheRules()
    {
        var options = new SiloOptions { Cluster = new ClusterOptions { Membership = "localhost" }, Workplace = new("/data/runs", []) };
        Assert.Equal([("silo", options.SiloPort), ("gateway", options.GatewayPort), ("health", options.HealthPort)], ProgramRules.SiloPorts);
        Assert.Equal(TimeSpan.FromSeconds(ProgramRules.SiloGraceSeconds), options.Grace);
    }

    /// <summary>The base's server has no --root, since the cluster has; without a cluster that stays refused off loopback.</summary>
    [Fact]
    public async Task Server_OffLoopback_WithoutClusterOrRoot_Refuses()
    {
        using var box = new Sandbox();
        var result = await box.CallAsync("serve", "--listen", "0.0.0.0:0", "--workers", "0", "--out", box.PathOf("out"));
        Assert.Equal(64, result.ExitCode);
        Assert.Contains("--root", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(box.PathOf("out")));
    }

    [Fact]
    public async Task Base_ServesItsProbes_LabelsAJob_AndEndsInTime()
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 2));
        await File.WriteAllTextAsync(box.PathOf("token"), "of-this-test");
        var manifest = await Manifest.ReadAsync(await Manifest.RenderAsync(Path.Combine(Manifest.Folder, "base")));
        using var network = await NetworkNamespace.CreateAsync();
        using var silo = Start(network, box, manifest, "affect-silo");
        await AssertProbesAsync(network, manifest, "affect-silo", silo);
        using var server = Start(network, box, manifest, "affect-server");
        await AssertProbesAsync(network, manifest, "affect-server", server);
        using var worker = Start(network, box, manifest, "affect-worker-cpu");

        string[] client = ["--server", "http://127.0.0.1:8480", "--token-file", box.PathOf("token")];
        var submitted = await CallAsync(network, box, ["submit", box.Corpus, "--every", "5", "--output", "json", .. client]);
        var job = JsonDocument.Parse(submitted).RootElement.GetProperty("job").GetProperty("id").GetString()!;
        await CallAsync(network, box, ["watch", job, .. client]);
        Assert.Equal(2, Directory.EnumerateFiles(box.PathOf("out"), "report.*", SearchOption.AllDirectories).Count());
        foreach (var (program, name) in ((RunningProgram, string)[])[(worker, "affect-worker-cpu"), (server, "affect-server"), (silo, "affect-silo")])
        {
            var given = manifest.Named("Deployment", name).At("spec.template.spec.terminationGracePeriodSeconds")!.GetValue<int>();
            Assert.Equal(0, await program.StopAsync(TimeSpan.FromSeconds(given)));
        }
    }

    private static RunningProgram Start(NetworkNamespace network, Sandbox box, Manifest manifest, string deployment)
    {
        var container = new Workload(manifest.Named("Deployment", deployment)).Containers.Single();
        var environment = ProgramRules.Values(manifest, container);
        foreach (var (name, value) in box.Environment)
        {
            environment[name] = value;
        }

        (environment["AFFECT_OUT"], environment["AFFECT_ROOTS"], environment["AFFECT_MEMBERSHIP"], environment["AFFECT_ADVERTISE"]) =
            (box.Folder("out"), box.Corpus, "localhost", "127.0.0.1");
        var arguments = container.Arguments.Select(a => a == "/run/affect/token" ? box.PathOf("token") : a);
        return network.Start(environment, "dotnet", [deployment == "affect-silo" ? SiloProgram : Installed.Program, .. arguments]);
    }

    /// <summary>Each probe's own path and port answers 200 in the end.</summary>
    private static async Task AssertProbesAsync(NetworkNamespace network, Manifest manifest, string deployment, RunningProgram program)
    {
        var container = new Workload(manifest.Named("Deployment", deployment)).Containers.Single();
        foreach (var probe in ProbeNames.Select(p => container.Object[p]!["httpGet"]!))
        {
            var port = container.Port(probe.Text("port")!)!.Value;
            await Wait.ForAsync(async () =>
            {
                Assert.False(program.HasExited, $"{deployment} has ended");
                return await network.IsOkAsync(port, probe.Text("path")!);
            });
        }
    }

    private static async Task<string> CallAsync(NetworkNamespace network, Sandbox box, IEnumerable<string> arguments)
    {
        using var call = network.Start(box.Environment.AsReadOnly(), "dotnet", [Installed.Program, .. arguments]);
        var (exitCode, output, error) = await call.WaitAsync();
        Assert.True(exitCode == 0, $"exit code {exitCode}: {output}{error}");
        return output;
    }
}

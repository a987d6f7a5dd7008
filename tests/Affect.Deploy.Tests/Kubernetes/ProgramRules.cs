using System.Globalization;
using System.Text.RegularExpressions;
using Affect.Coordinator.Cli;
using Affect.Storage.Fetching;
using Affect.Storage.Tests;

namespace Affect.Deploy.Tests.Kubernetes;

/// <summary>What must hold between a container and the program in it: options, environment, times, places.</summary>
internal static partial class ProgramRules
{
    /// <summary>As <c>SiloOptions.Grace</c>; the tests on silos compare.</summary>
    public const int SiloGraceSeconds = 25;

    /// <summary>As <c>SiloOptions</c> has them.</summary>
    public static readonly (string Name, int Port)[] SiloPorts = [("silo", 11111), ("gateway", 30000), ("health", 8481)];

    /// <summary>To give back what is in hand, to say good-bye and to leave the cluster (5 s each at most), and to write what is being written.</summary>
    private const int LeavingSeconds = 20;

    private static readonly Lazy<HashSet<string>> Variables = new(() =>
        [.. Directory.EnumerateFiles(Path.Combine(TestFolder.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(f => VariableLiteral().Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value)]);

    public static IEnumerable<string> Check(Manifest manifest, Workload workload) => workload.AllContainers
        .SelectMany(c => CommandLine(c).Concat(Environment(manifest, c)).Concat(Places(manifest, workload, c)).Concat(Devices(c)).Select(problem => $"{c.Name}: {problem}"))
        .Concat(workload.Containers.SelectMany(c => Times(workload, c).Concat(Ports(c))));

    /// <summary>Values of a container's environment that are plain or from a config map.</summary>
    public static Dictionary<string, string> Values(Manifest manifest, Container container) => container.Object.Items("envFrom")
        .Where(e => e["configMapRef"] is not null)
        .SelectMany(e => manifest.OfKind("ConfigMap").Where(m => m.Text("metadata.name") == e.Text("configMapRef.name")))
        .SelectMany(map => map["data"]!.AsObject().Select(pair => (pair.Key, Value: pair.Value!.GetValue<string>())))
        .Concat(container.Object.Items("env").Where(e => e["value"] is not null).Select(e => (Key: e.Text("name")!, Value: e.Text("value")!)))
        .ToDictionary(pair => pair.Key, pair => pair.Value);

    private static IEnumerable<string> CommandLine(Container container)
    {
        if (container.Object["command"] is not null)
        {
            yield return "replaces the image's program";
        }

        // The silo's are tried by starting it.
        if (container.Image != "affect-silo")
        {
            foreach (var error in AffectCommand.Build().Parse(container.Arguments).Errors)
            {
                yield return error.Message;
            }
        }
    }

    private static IEnumerable<string> Environment(Manifest manifest, Container container)
    {
        var secrets = container.Object.Items("envFrom").Where(e => e["secretRef"] is not null)
            .SelectMany(e => manifest.OfKind("Secret").Where(s => s.Text("metadata.name") == e.Text("secretRef.name"))).SelectMany(s => s["data"]!.AsObject().Select(pair => pair.Key));
        var names = Values(manifest, container).Keys.Concat(container.Object.Items("env").Select(e => e.Text("name")!)).Concat(secrets).Distinct().ToList();
        foreach (var name in names.Where(name => !Variables.Value.Contains(name)))
        {
            yield return $"no program reads {name}";
        }

        if (!names.Contains("AFFECT_MEMBERSHIP"))
        {
            yield return "does not know its cluster's membership";
        }

        if (container.Image == "affect-silo" && container.Object.Items("env").All(e => e.Text("name") != "AFFECT_ADVERTISE" || e.Text("valueFrom.fieldRef.fieldPath") != "status.podIP"))
        {
            yield return "does not advertise its pod's address";
        }
    }

    /// <summary>Runs and corpora are where the configuration says: mounted, or remote with credentials.</summary>
    private static IEnumerable<string> Places(Manifest manifest, Workload workload, Container container)
    {
        var values = Values(manifest, container);
        foreach (var (name, isCorpus) in ((string, bool)[])[("AFFECT_OUT", false), ("AFFECT_ROOTS", true)])
        {
            foreach (var place in values.GetValueOrDefault(name)?.Split(';') ?? [])
            {
                var mount = container.Object.Items("volumeMounts").SingleOrDefault(m => place == m.Text("mountPath") || place.StartsWith(m.Text("mountPath") + "/", StringComparison.Ordinal));
                if (place.StartsWith("az://", StringComparison.Ordinal))
                {
                    if (container.Object.Items("envFrom").All(e => e.Text("secretRef.name")?.StartsWith("affect-azure", StringComparison.Ordinal) != true))
                    {
                        yield return $"has no credentials for {place}";
                    }
                }
                else if (mount is null && !(isCorpus && container.Image == "affect-silo"))
                {
                    yield return $"{name}: {place} is not mounted";
                }
                else if (mount is not null && (mount.Text("readOnly") == "true") != isCorpus)
                {
                    yield return $"{place} must be mounted {(isCorpus ? "for reading only" : "for writing")}";
                }
            }
        }

        if (container.Arguments.FirstOrDefault() == "worker" &&
            workload.Pod.Items("volumes").Single(v => v["emptyDir"] is not null).Text("emptyDir.sizeLimit") is var limit && Bytes(limit) <= VideoCacheOptions.DefaultMaxBytes)
        {
            yield return $"its scratch ({limit}) is full before the cache of videos is";
        }
    }

    private static IEnumerable<string> Devices(Container container)
    {
        var gpus = container.Object.At("resources.limits")?["nvidia.com/gpu"]?.ToJsonString();
        if ((container.Option("--device") ?? "cpu").StartsWith("cuda", StringComparison.Ordinal) != (gpus == "1"))
        {
            yield return $"--device {container.Option("--device")} with {gpus ?? "no"} GPU";
        }

        if (container.Arguments.FirstOrDefault() == "worker" && container.Option("--workers") != container.Object.Text("resources.requests.cpu"))
        {
            yield return $"--workers {container.Option("--workers")} on {container.Object.Text("resources.requests.cpu")} cores";
        }
    }

    private static IEnumerable<string> Times(Workload workload, Container container)
    {
        var given = workload.Pod.At("terminationGracePeriodSeconds")!.GetValue<int>();
        var before = container.Object.Items("lifecycle.preStop.exec.command").Select(c => c.GetValue<string>()).ToList() is ["sleep", var seconds]
            ? int.Parse(seconds, CultureInfo.InvariantCulture)
            : 0;
        var grace = container.Image == "affect-silo" ? SiloGraceSeconds
            : container.Arguments.FirstOrDefault() == "serve" ? 0
            : int.Parse(container.Option("--grace") ?? "25", CultureInfo.InvariantCulture);
        var leaving = container.Image == "affect-silo" ? 5 : LeavingSeconds;
        if (given < before + grace + leaving)
        {
            yield return $"terminationGracePeriodSeconds {given} is less than preStop {before} + grace {grace} + {leaving} to leave";
        }
    }

    private static IEnumerable<string> Ports(Container container)
    {
        if (container.Image == "affect-silo")
        {
            return SiloPorts.Where(p => container.Port(p.Name) != p.Port).Select(p => $"the {p.Name} port is {p.Port}, not {container.Port(p.Name)}");
        }

        var listen = container.Option("--listen");
        return container.Arguments.FirstOrDefault() == "serve" && listen != string.Create(CultureInfo.InvariantCulture, $"0.0.0.0:{container.Port("http")}")
            ? [$"listens at {listen}, but names port {container.Port("http")}"]
            : [];
    }

    private static long? Bytes(string? quantity) => quantity is [.. var number, 'G', 'i'] ? long.Parse(number, CultureInfo.InvariantCulture) << 30 : null;

    [GeneratedRegex("\"((?:AFFECT|AZURE)_[A-Z_]+)\"")]
    private static partial Regex VariableLiteral();
}

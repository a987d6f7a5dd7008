namespace Affect.Deploy.Tests.Kubernetes;

/// <summary>What must hold within a workload, whatever program it runs.</summary>
internal static class WorkloadRules
{
    private static readonly string[] Probes = ["startupProbe", "livenessProbe", "readinessProbe"];

    public static IEnumerable<string> Check(Workload workload) =>
        Volumes(workload).Concat(PodSecurity(workload)).Concat(workload.AllContainers.SelectMany(c => Locked(c).Concat(Resources(c)).Concat(Ports(c)).Select(p => $"{c.Name}: {p}")));

    private static IEnumerable<string> Volumes(Workload workload)
    {
        var volumes = workload.Pod.Items("volumes").Select(v => v.Text("name")).ToHashSet();
        var mounted = workload.AllContainers.SelectMany(c => c.Object.Items("volumeMounts")).Select(m => m.Text("name")).ToHashSet();
        return mounted.Except(volumes).Select(name => $"there is no volume {name}").Concat(volumes.Except(mounted).Select(name => $"volume {name} is mounted nowhere"));
    }

    /// <summary>The "restricted" Pod Security Standard, which the namespace enforces.</summary>
    private static IEnumerable<string> PodSecurity(Workload workload)
    {
        if (workload.Pod.Text("securityContext.runAsNonRoot") != "true" || workload.Pod.Text("securityContext.runAsUser") is null or "0")
        {
            yield return "may run as root";
        }

        if (workload.Pod.Text("securityContext.seccompProfile.type") != "RuntimeDefault")
        {
            yield return "has no seccomp profile";
        }

        if (workload.Pod.Text("automountServiceAccountToken") != "false")
        {
            yield return "gets a token of the Kubernetes API";
        }
    }

    private static IEnumerable<string> Locked(Container container)
    {
        var security = container.Object["securityContext"];
        if (security.Text("allowPrivilegeEscalation") != "false" || security.Items("capabilities.drop").All(c => c.GetValue<string>() != "ALL"))
        {
            yield return "may gain privileges";
        }

        if (security.Text("readOnlyRootFilesystem") != "true" || container.Object.Items("volumeMounts").All(m => m.Text("mountPath") != "/tmp"))
        {
            yield return "must have a read-only root and a /tmp of its own";
        }
    }

    private static IEnumerable<string> Resources(Container container)
    {
        var resources = container.Object["resources"];
        return from path in (string[])["requests.cpu", "requests.memory", "limits.memory"] where resources.Text(path) is null select $"resources.{path} is missing";
    }

    private static IEnumerable<string> Ports(Container container)
    {
        foreach (var name in Probes.Where(p => container.Object[p] is not null))
        {
            var probe = container.Object[name]!;
            if (probe["httpGet"] is null)
            {
                yield return $"{name} is no HTTP request";
            }
            else if (container.Port(probe.Text("httpGet.port")!) is null)
            {
                yield return $"{name} asks at a port that the container does not name";
            }
            else if (probe.Text("httpGet.path") != (name == "livenessProbe" ? HealthPaths.Live : HealthPaths.Ready))
            {
                yield return $"{name} must not ask for {probe.Text("httpGet.path")}: probes never call grains";
            }
        }

        if (container.Object.Items("ports").Any() && Probes.FirstOrDefault(p => container.Object[p] is null) is { } missing)
        {
            yield return $"serves, but has no {missing}";
        }
    }
}

/// <summary>What silos and servers answer without asking a grain; HealthTests ask the real programs.</summary>
internal static class HealthPaths
{
    public const string Live = "/health/live";

    public const string Ready = "/health/ready";
}

using System.Text.Json.Nodes;

namespace Affect.Deploy.Tests.Kubernetes;

/// <summary>What must hold between the objects of a kustomization; the API takes them without it, and the cluster then does not run. Each rule returns what is wrong.</summary>
internal static class ManifestRules
{
    public static IReadOnlyList<string> Check(Manifest manifest) => manifest.SchemaProblems.Count > 0 ? manifest.SchemaProblems :
    [
        .. References(manifest), .. Namespaces(manifest), .. Selectors(manifest), .. Availability(manifest),
        .. manifest.Workloads().SelectMany(workload => WorkloadRules.Check(workload).Concat(ProgramRules.Check(manifest, workload)).Select(problem => $"{workload.Name}: {problem}")),
    ];

    private static IEnumerable<string> References(Manifest manifest)
    {
        foreach (var workload in manifest.Workloads())
        {
            foreach (var (kind, name, key) in ReferencesOf(workload))
            {
                var target = manifest.OfKind(kind).SingleOrDefault(o => o.Text("metadata.name") == name);
                if (target is null)
                {
                    yield return $"{workload.Name}: there is no {kind} {name}";
                }
                else if (key is not null && target.At("data") is var data && data?[key] is null)
                {
                    yield return $"{workload.Name}: {kind} {name} has no {key}";
                }
            }
        }
    }

    private static IEnumerable<(string Kind, string? Name, string? Key)> ReferencesOf(Workload workload)
    {
        yield return ("ServiceAccount", workload.Pod.Text("serviceAccountName"), null);
        foreach (var container in workload.AllContainers)
        {
            foreach (var source in container.Object.Items("envFrom"))
            {
                yield return source["secretRef"] is null ? ("ConfigMap", source.Text("configMapRef.name"), null) : ("Secret", source.Text("secretRef.name"), null);
            }

            foreach (var variable in container.Object.Items("env"))
            {
                if (variable.At("valueFrom.secretKeyRef") is { } secret)
                {
                    yield return ("Secret", secret.Text("name"), secret.Text("key"));
                }

                if (variable.At("valueFrom.configMapKeyRef") is { } map)
                {
                    yield return ("ConfigMap", map.Text("name"), map.Text("key"));
                }
            }
        }

        foreach (var volume in workload.Pod.Items("volumes"))
        {
            if (volume["secret"] is { } secret)
            {
                yield return ("Secret", secret.Text("secretName"), null);
            }

            if (volume["persistentVolumeClaim"] is { } claim)
            {
                yield return ("PersistentVolumeClaim", claim.Text("claimName"), null);
            }
        }
    }

    private static IEnumerable<string> Namespaces(Manifest manifest)
    {
        var space = manifest.OfKind("Namespace").Single().Text("metadata.name");
        return manifest.Objects.Where(o => o.Text("kind") != "Namespace" && o.Text("metadata.namespace") != space)
            .Select(o => $"{o.Text("kind")} {o.Text("metadata.name")} is not in namespace {space}");
    }

    private static IEnumerable<string> Selectors(Manifest manifest)
    {
        foreach (var workload in manifest.Workloads().Where(w => !w.IsMatchedBy(w.Object.At("spec.selector.matchLabels"))))
        {
            yield return $"{workload.Name}: its selector does not match its own pods";
        }

        foreach (var service in manifest.OfKind("Service"))
        {
            var pods = manifest.Workloads().Where(w => w.IsMatchedBy(service.At("spec.selector"))).ToList();
            if (pods.Count != 1)
            {
                yield return $"Service {service.Text("metadata.name")} selects the pods of {pods.Count} workloads";
                continue;
            }

            foreach (var port in service.Items("spec.ports").Where(p => pods[0].Containers.All(c => c.Port(p.Text("targetPort")!) is null)))
            {
                yield return $"Service {service.Text("metadata.name")}: no container has the port {port.Text("targetPort")}";
            }
        }

        foreach (var budget in manifest.OfKind("PodDisruptionBudget"))
        {
            if (manifest.Workloads().SingleOrDefault(w => w.IsMatchedBy(budget.At("spec.selector.matchLabels"))) is not { } workload)
            {
                yield return $"PodDisruptionBudget {budget.Text("metadata.name")} selects no pods";
            }
            else if (budget.At("spec.maxUnavailable")!.GetValue<int>() >= Replicas(workload.Object))
            {
                yield return $"PodDisruptionBudget {budget.Text("metadata.name")} lets all pods go at once";
            }
        }
    }

    /// <summary>A coordinator may die or be replaced while the others go on.</summary>
    private static IEnumerable<string> Availability(Manifest manifest)
    {
        foreach (var workload in manifest.Workloads().Where(w => w.Containers.Any(c => c.Image == "affect-silo" || c.Arguments.Contains("serve"))))
        {
            if (Replicas(workload.Object) < 2)
            {
                yield return $"{workload.Name}: fewer than 2 replicas";
            }

            if (workload.Object.Text("spec.strategy.rollingUpdate.maxUnavailable") != "0")
            {
                yield return $"{workload.Name}: an update takes a pod away before its successor is ready";
            }

            if (manifest.OfKind("PodDisruptionBudget").All(b => !workload.IsMatchedBy(b.At("spec.selector.matchLabels"))))
            {
                yield return $"{workload.Name}: no PodDisruptionBudget";
            }
        }
    }

    private static int Replicas(JsonNode workload) => workload.At("spec.replicas")!.GetValue<int>();
}

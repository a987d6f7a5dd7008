namespace Affect.Deploy.Tests.Kubernetes;

/// <summary>Each rule refuses a manifest that breaks it, and says what is wrong: a rule that cannot fail would guard nothing.</summary>
public sealed class MutationTests
{
    private static readonly Lazy<Task<string>> Gpu = new(() => Manifest.RenderAsync(Path.Combine(Manifest.Folder, "overlays", "gpu")));

    [Theory]
    [InlineData("replicas: 2", "replicas: two", "must be integer")]
    [InlineData("minReadySeconds: 10", "minReadySecond: 10", "does not know this field")]
    [InlineData("terminationGracePeriodSeconds: 120", "terminationGracePeriodSeconds: 90", "is less than preStop 0 + grace 90 + 20 to leave")]
    [InlineData("terminationGracePeriodSeconds: 40", "terminationGracePeriodSeconds: 25", "grace 25")]
    [InlineData("key: AFFECT_MEMBERSHIP", "key: MEMBERSHIP", "has no MEMBERSHIP")]
    [InlineData("secretName: affect-token-", "secretName: affect-tokens-", "there is no Secret affect-tokens-")]
    [InlineData("claimName: affect-corpus", "claimName: corpus", "there is no PersistentVolumeClaim corpus")]
    [InlineData("serviceAccountName: affect", "serviceAccountName: silo", "there is no ServiceAccount silo")]
    [InlineData("containerPort: 8481", "containerPort: 8480", "the health port is 8481")]
    [InlineData("path: /health/live", "path: /api/v1/workers", "probes never call grains")]
    [InlineData("port: health", "port: metrics", "a port that the container does not name")]
    [InlineData("targetPort: http", "targetPort: web", "no container has the port web")]
    [InlineData("- --decoder", "- --decoders", "decoders")]
    [InlineData("- --grace\n        - \"90\"", "- --grace\n        - \"-1\"", "--grace")]
    [InlineData("AFFECT_OUT: ", "AFFECT_OUTPUT: ", "no program reads AFFECT_OUTPUT")]
    [InlineData("AFFECT_OUT: /data/runs", "AFFECT_OUT: /runs", "/runs is not mounted")]
    [InlineData("maxUnavailable: 0", "maxUnavailable: 1", "before its successor is ready")]
    [InlineData("sizeLimit: 30Gi", "sizeLimit: 20Gi", "full before the cache")]
    [InlineData("nvidia.com/gpu: 1", "nvidia.com/gpu: 0", "--device cuda:0 with 0 GPU")]
    [InlineData("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "read-only root")]
    [InlineData("      app.kubernetes.io/name: affect-silo\n  strategy", "      app.kubernetes.io/name: silo\n  strategy", "its selector does not match its own pods")]
    [InlineData("fieldPath: status.podIP", "fieldPath: status.hostIP", "does not advertise its pod's address")]
    public async Task Rules_RefuseAChangedManifest(string from, string to, string problem)
    {
        var yaml = await Gpu.Value;
        Assert.Contains(from, yaml, StringComparison.Ordinal);
        var problems = ManifestRules.Check(await Manifest.ReadAsync(yaml.Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains(problems, p => p.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rules_RefuseOneCoordinator()
    {
        var manifest = await Manifest.ReadAsync(await Gpu.Value);
        manifest.Named("Deployment", "affect-silo")["spec"]!["replicas"] = 1;
        Assert.Equal(
            ["PodDisruptionBudget affect-silo lets all pods go at once", "affect-silo: fewer than 2 replicas"], ManifestRules.Check(manifest).Order(StringComparer.Ordinal));
    }
}

using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affect.Storage.Tests;

namespace Affect.Deploy.Tests.Kubernetes;

/// <summary>The objects of a kustomization, as the API would get them, and what the API would say against them.</summary>
internal sealed record Manifest(IReadOnlyList<JsonNode> Objects, IReadOnlyList<string> SchemaProblems)
{
    public static string Folder { get; } = Path.Combine(TestFolder.RepositoryRoot, "deploy", "k8s");

    public IEnumerable<JsonNode> OfKind(string kind) => Objects.Where(o => o.Text("kind") == kind);

    public JsonNode Named(string kind, string name) => OfKind(kind).Single(o => o.Text("metadata.name") == name);

    /// <summary>Everything that makes pods.</summary>
    public IEnumerable<Workload> Workloads() => Objects.Where(o => o.At("spec.template.spec") is not null).Select(o => new Workload(o));

    public static Task<string> RenderAsync(string folder) => RunAsync(Kubectl(), ["kustomize", folder], string.Empty);

    public static async Task<Manifest> ReadAsync(string yaml)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Kubernetes", "objects.mjs");
        var modules = Path.GetDirectoryName(TestTools.NodeModule("kubernetes-models"))!;
        var read = JsonNode.Parse(await RunAsync("node", [script, modules], yaml))!;
        return new Manifest([.. read["objects"]!.AsArray().Select(o => o!)], [.. read["problems"]!.AsArray().Select(p => p!.GetValue<string>())]);
    }

    private static string Kubectl()
    {
        var deps = Environment.GetEnvironmentVariable("AFFECT_DEPS") is { Length: > 0 } given ? given : Path.Combine(TestFolder.RepositoryRoot, ".deps");
        var kubectl = Path.Combine(deps, "kubernetes-tools", "kubectl");
        return File.Exists(kubectl) ? kubectl : throw new FileNotFoundException($"{kubectl} is missing: run eng/setup.sh test.");
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await error}");
        return await output;
    }
}

/// <summary>An object that makes pods.</summary>
internal sealed record Workload(JsonNode Object)
{
    public string Name => Object.Text("metadata.name")!;

    public JsonNode Pod => Object.At("spec.template.spec")!;

    public JsonObject Labels => (JsonObject)Object.At("spec.template.metadata.labels")!;

    public IEnumerable<Container> Containers => Pod.Items("containers").Select(c => new Container(c));

    public IEnumerable<Container> AllContainers => Containers.Concat(Pod.Items("initContainers").Select(c => new Container(c)));

    public bool IsMatchedBy(JsonNode? selector) => selector is JsonObject { Count: > 0 } wanted && wanted.All(pair => Labels[pair.Key]?.GetValue<string>() == pair.Value!.GetValue<string>());
}

/// <summary>A container of a pod.</summary>
internal sealed record Container(JsonNode Object)
{
    public string Name => Object.Text("name")!;

    /// <summary>Without registry and tag.</summary>
    public string Image => Object.Text("image")!.Split('/')[^1].Split(':')[0];

    public string[] Arguments => [.. Object.Items("args").Select(a => a.GetValue<string>())];

    public string? Option(string name)
    {
        var at = Array.IndexOf(Arguments, name);
        return at >= 0 && at + 1 < Arguments.Length ? Arguments[at + 1] : null;
    }

    public int? Port(string name) => Object.Items("ports").SingleOrDefault(p => p.Text("name") == name)?["containerPort"]!.GetValue<int>();
}

internal static class JsonNodes
{
    public static JsonNode? At(this JsonNode? node, string path) => path.Split('.').Aggregate(node, (at, name) => (at as JsonObject)?[name]);

    /// <summary>A scalar as text, or null.</summary>
    public static string? Text(this JsonNode? node, string path) => node.At(path) is not JsonValue value
        ? null
        : value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    public static IEnumerable<JsonNode> Items(this JsonNode? node, string path) => node.At(path) is JsonArray array ? array.Select(item => item!) : [];
}

using System.Text;
using System.Text.RegularExpressions;
using Affect.Storage.Tests;

namespace Affect.Deploy.Tests.Kubernetes;

/// <summary>Every kustomization renders to objects that the API takes and that fit each other and the programs.</summary>
public sealed partial class RenderTests
{
    [Theory]
    [InlineData("base", 3)]
    [InlineData("overlays/gpu", 4)]
    [InlineData("site.example", 3)]
    public async Task Kustomization_Holds(string folder, int workloads)
    {
        var manifest = await Manifest.ReadAsync(await Manifest.RenderAsync(Path.Combine(Manifest.Folder, folder)));
        Assert.Equal(workloads, manifest.Workloads().Count());
        Assert.Empty(ManifestRules.Check(manifest));
    }

    /// <summary>A site's own folder, as deploy/README.md describes it: other secrets, another namespace, GPUs, Azure in place of volumes.</summary>
    [Fact]
    public async Task Site_PutsItsOwnInPlace()
    {
        using var folder = new TestFolder();
        var site = CopyTo(folder);
        var kustomization = await File.ReadAllTextAsync(Path.Combine(site, "kustomization.yaml"));
        kustomization = AzureLine().Replace(kustomization, string.Empty).Replace("- ../base ", "- ../overlays/gpu ", StringComparison.Ordinal)
            .Replace("namespace: affect", "namespace: faces", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(site, "kustomization.yaml"), kustomization);
        await File.WriteAllTextAsync(Path.Combine(site, "token"), "of-this-site");
        var manifest = await Manifest.ReadAsync(await Manifest.RenderAsync(site));
        Assert.Empty(ManifestRules.Check(manifest));
        Assert.Equal("faces", manifest.OfKind("Namespace").Single()["metadata"]!["name"]!.GetValue<string>());
        Assert.Empty(manifest.OfKind("PersistentVolumeClaim"));
        Assert.Equal(4, manifest.Workloads().Count());
        Assert.All(manifest.Workloads(), w => Assert.All(w.Containers, c => Assert.StartsWith("registry.example/", c.Object.Text("image"), StringComparison.Ordinal)));
        Assert.Equal("az://container/runs", manifest.OfKind("ConfigMap").Single().Text("data.AFFECT_OUT"));
        Assert.Equal("of-this-site", Secret(manifest, "affect-token", "token"));
    }

    /// <summary>What is in the repository is no secret, and cannot be taken for one: no server runs with it.</summary>
    [Theory]
    [InlineData("base")]
    [InlineData("site.example")]
    public async Task Secrets_OfTheRepository_ServeNobody(string folder)
    {
        var manifest = await Manifest.ReadAsync(await Manifest.RenderAsync(Path.Combine(Manifest.Folder, folder)));
        Assert.Equal(string.Empty, Secret(manifest, "affect-token", "token"));
        var membership = Secret(manifest, "affect-membership", "AFFECT_MEMBERSHIP");
        Assert.Contains("Host=replace-me.invalid", membership, StringComparison.Ordinal);
        Assert.DoesNotContain("password", membership, StringComparison.OrdinalIgnoreCase);
    }

    private static string Secret(Manifest manifest, string name, string key) => Encoding.UTF8.GetString(Convert.FromBase64String(
        manifest.OfKind("Secret").Single(s => s.Text("metadata.name")!.StartsWith(name + "-", StringComparison.Ordinal))["data"]![key]!.GetValue<string>()));

    private static string CopyTo(TestFolder folder)
    {
        var own = Path.Combine(Manifest.Folder, "site") + "/";
        foreach (var file in Directory.EnumerateFiles(Manifest.Folder, "*", SearchOption.AllDirectories).Where(f => !f.StartsWith(own, StringComparison.Ordinal)))
        {
            var target = folder.File(Path.GetRelativePath(Manifest.Folder, file).Replace("site.example", "site", StringComparison.Ordinal));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return folder.File("site");
    }

    [GeneratedRegex("^# (?=components:|  )", RegexOptions.Multiline)]
    private static partial Regex AzureLine();
}

using Affect.Deploy.Tests.Kubernetes;
using Affect.Storage.Tests;

namespace Affect.Deploy.Tests.Images;

/// <summary>What can be told of the images without a container engine: where their files come from, as whom they run, what starts.</summary>
public sealed class DockerfileTests
{
    private static readonly IReadOnlyList<Stage> Stages = Dockerfile.Read();

    private static IEnumerable<Stage> Images => Stages.Where(s => s.EntryPoint is not null);

    [Fact]
    public void Copies_OfTheContext_AreThereAndInIt()
    {
        var copied = Stages.SelectMany(s => s.Own).Where(i => i is { Name: "COPY", From: null }).SelectMany(i => i.Words[..^1]).ToList();
        Assert.True(copied.Count > 5);
        Assert.Equal(Dockerfile.Context().Order(StringComparer.Ordinal), copied.Order(StringComparer.Ordinal));
        Assert.All(copied, source => Assert.True(Path.Exists(Path.Combine(TestFolder.RepositoryRoot, source)), source));
    }

    [Fact]
    public void Copies_OfStages_ComeFromEarlierOnes()
    {
        foreach (var (stage, at) in Stages.Select((s, i) => (s, i)))
        {
            Assert.All(stage.Own.Where(i => i.From is not null), i => Assert.Contains(Stages.Take(at), s => s.Name == i.From));
        }
    }

    /// <summary>The manifests' images are the Dockerfile's targets, run as the user that the images have.</summary>
    [Fact]
    public async Task Images_AreThoseOfTheManifests()
    {
        var manifest = await Manifest.ReadAsync(await Manifest.RenderAsync(Path.Combine(Manifest.Folder, "overlays", "gpu")));
        var used = manifest.Workloads().SelectMany(w => w.AllContainers).Select(c => c.Image).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(Images.Select(s => $"affect-{s.Name}").Order(StringComparer.Ordinal), used);
        var users = manifest.Workloads().Select(w => $"{w.Pod.Text("securityContext.runAsUser")}:{w.Pod.Text("securityContext.runAsGroup")}").Distinct();
        Assert.Equal(users, Images.Select(s => s.All.Last(i => i.Name == "USER").Text).Distinct());
    }

    [Fact]
    public void Workers_HaveFfmpeg_AndOthersHaveNoPackages() => Assert.All(
        Images, s => Assert.Equal(s.Name.StartsWith("worker", StringComparison.Ordinal), s.All.Any(i => i.Name == "RUN" && i.Text.Contains(" ffmpeg ", StringComparison.Ordinal))));

    [Fact]
    public void Variables_HoldNoSecret() => Assert.All(
        Stages.SelectMany(s => s.Own).Where(i => i.Name is "ENV" or "ARG"),
        i => Assert.DoesNotMatch("(?i)token|password|secret|membership|_key|connection", i.Text));
}

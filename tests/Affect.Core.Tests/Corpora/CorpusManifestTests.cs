using Affect.Core.Corpora;

namespace Affect.Core.Tests.Corpora;

public sealed class CorpusManifestTests
{
    private static readonly CorpusEntry A = new("a.mp4", "/x/a.mp4", EntryKind.Video, "sha256:01", 10, "train", "s1");
    private static readonly CorpusEntry B = new("b", "/x/b", EntryKind.FaceFrames, "sha256:02", 20);

    [Fact]
    public void Hash_IsPinned() =>
        Assert.Equal("sha256:f2f2e13bc6b7fb68470975f0cbbe12d493a83dd9527fa701ef03309956862f0d", new CorpusManifest([A, B]).Hash);

    [Fact]
    public void Hash_DoesNotDependOnWhereTheFilesLie() =>
        Assert.Equal(new CorpusManifest([A, B]).Hash, new CorpusManifest([A with { Location = "az://c/a.mp4", SizeBytes = -1 }, B]).Hash);

    public static TheoryData<string, CorpusEntry[]> Others => new()
    {
        { "order", [B, A] },
        { "id", [A with { Id = "c" }, B] },
        { "content", [A with { Content = "sha256:03" }, B] },
        { "kind", [A with { Kind = EntryKind.FaceFrames }, B] },
        { "split", [A with { Split = "test" }, B] },
        { "no split", [A with { Split = null }, B] },
        { "group", [A with { Group = "s2" }, B] },
        { "split and group swapped", [A with { Split = "s1", Group = "train" }, B] },
        { "less", [A] },
        { "none", [] },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Hash_DependsOnEverythingElse(string what, CorpusEntry[] entries) =>
        Assert.True(new CorpusManifest([A, B]).Hash != new CorpusManifest(entries).Hash, what);

    [Fact]
    public void Duplicates_AreGroupedByContent()
    {
        var copy = A with { Id = "copy.mp4" };
        CorpusEntry[] unknown = [new("u1", "/u1", EntryKind.Video, "", -1), new("u2", "/u2", EntryKind.Video, "", -1)];
        var manifest = new CorpusManifest([A, B, copy, .. unknown]);
        Assert.Equal([A, copy], Assert.Single(manifest.Duplicates));
        Assert.Equal((0, 2, -1), (manifest.NumberOf("a.mp4"), manifest.NumberOf("copy.mp4"), manifest.NumberOf("A.mp4")));
    }

    [Fact]
    public void SameIdTwice_IsRefused() =>
        Assert.Contains("/y/a.mp4", Assert.Throws<ArgumentException>(() => new CorpusManifest([A, A with { Location = "/y/a.mp4" }])).Message);

    [Theory]
    [InlineData("/data", "a.mp4", "/data/a.mp4", "a.mp4")]
    [InlineData("/data/", "./x/../a.mp4", "/data/a.mp4", "a.mp4")]
    [InlineData("/data/m", "../v/a.mp4", "/data/v/a.mp4", "data/v/a.mp4")]
    [InlineData("/", "a.mp4", "/a.mp4", "a.mp4")]
    [InlineData("/data", "/data/sub/a.mp4", "/data/sub/a.mp4", "sub/a.mp4")]
    [InlineData("/data", "/other/a.mp4", "/other/a.mp4", "other/a.mp4")]
    [InlineData("/data", "/database/a.mp4", "/database/a.mp4", "database/a.mp4")]
    [InlineData("az://c/p", "a.mp4", "az://c/p/a.mp4", "a.mp4")]
    [InlineData("az://c/p", "../q/a.mp4", "az://c/q/a.mp4", "c/q/a.mp4")]
    [InlineData("/data", "az://c/a.mp4", "az://c/a.mp4", "c/a.mp4")]
    [InlineData("C:/data", "a.mp4", "C:/data/a.mp4", "a.mp4")]
    public void Paths_ResolveAgainstTheFolder(string folder, string location, string resolved, string id)
    {
        Assert.Equal(resolved, CorpusPaths.Resolve(folder, location));
        Assert.Equal(id, CorpusPaths.DefaultId(folder, resolved));
    }

    [Theory]
    [InlineData("/data", "../../a.mp4")]
    [InlineData("az://c/p", "../../a.mp4")]
    public void Paths_BeyondTheRoot_AreRefused(string folder, string location) => Assert.Null(CorpusPaths.Resolve(folder, location));
}

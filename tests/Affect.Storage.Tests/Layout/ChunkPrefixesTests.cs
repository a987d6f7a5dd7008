using Affect.Core.Planning;
using Affect.Storage.Layout;

namespace Affect.Storage.Tests.Layout;

public sealed class ChunkPrefixesTests
{
    private static readonly RunLayout Layout = new("0a1b2c");

    [Theory]
    [InlineData(12, 3, 12, 3, "v000012-c00003")]
    [InlineData(12, 3, 12, 7, "v000012-c0000")]
    [InlineData(999, 5, 1000, 2, "v000999", "v001000")]
    [InlineData(957, 5, 1030, 2, "v0009", "v0010")]
    [InlineData(97, 12, 130, 3, "v00009", "v0001")]
    [InlineData(3, 500, 4, 10, "v000003", "v000004")]
    [InlineData(297, 0, 530, 0, "v000")]
    [InlineData(3, 97, 3, 130, "v000003-c0009", "v000003-c001")]
    public void Prefixes_AreAsFewAsTheRangeAllows(int fromVideo, int fromChunk, int toVideo, int toChunk, params string[] expected)
    {
        var (first, last) = (new ChunkId(fromVideo, fromChunk), new ChunkId(toVideo, toChunk));
        Assert.Equal(expected.Select(e => $"runs/0a1b2c/done/{e}"), Layout.DonePrefixesOf(first, last));
        Assert.Equal(expected.Select(e => $"runs/0a1b2c/failed/{e}"), Layout.FailedPrefixesOf(first, last));
    }

    /// <summary>The partitions of runs of any shape: each listing holds all of the partition, nothing twice, and not much else.</summary>
    [Theory]
    [InlineData(4000, 1)]
    [InlineData(1200, 7)]
    [InlineData(40, 300)]
    [InlineData(2, 9000)]
    public void Partitions_ListWhatIsTheirs_Once(int videos, int chunksPerVideo)
    {
        const int Part = 500;
        var all = Enumerable.Range(0, videos * chunksPerVideo).Select(i => new ChunkId(i / chunksPerVideo, i % chunksPerVideo)).ToArray();
        var names = all.Select(chunk => Layout.Done(chunk)).ToArray();
        var listed = 0;
        foreach (var part in all.Chunk(Part))
        {
            var prefixes = Layout.DonePrefixesOf(part[0], part[^1]);
            var found = names.Select(name => prefixes.Count(prefix => name.StartsWith(prefix, StringComparison.Ordinal))).ToArray();
            Assert.True(found.Max() <= 1, "listed twice");
            Assert.All(part, chunk => Assert.Equal(1, found[Array.IndexOf(all, chunk)]));
            listed += found.Sum();
        }

        Assert.True(listed <= 10 * all.Length, $"{listed} names listed for {all.Length} chunks");
    }
}

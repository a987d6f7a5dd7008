using Affect.Core.Video;
using Affect.Storage.Indexes;
using Affect.Storage.Layout;
using Affect.Storage.Objects;
using FsCheck;
using FsCheck.Fluent;

namespace Affect.Storage.Tests.Indexes;

public sealed class FrameIndexFileTests : IDisposable
{
    private const string Content = "sha256:00112233";

    private static readonly VideoInfo Info = new(
        "mov,mp4,m4a", "h264", "yuv420p", 1, 1920, 1080, 270, new Rational(1, 12800), new Rational(30000, 1001), true, 3600.04, "bt709", false);

    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void RoundTrip_AnyVideo()
    {
        var (sizes, extremes) = (new HashSet<int>(), 0);
        Prop.ForAll(Videos().ToArbitrary(), video =>
        {
            AssertEqual(video, FrameIndexFile.Read(FrameIndexFile.Write(Content, video), Content));
            sizes.Add(video.Frames.FrameCount);
            extremes += video.Frames.FrameCount > 0 && video.Frames.Pts[0] == long.MinValue ? 1 : 0;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
        Assert.True(sizes.Count > 30 && sizes.Contains(0) && extremes > 5, $"{sizes.Count} sizes, {extremes} extremes");
    }

    [Theory]
    [InlineData("constant", 400)]
    [InlineData("milliseconds", 3000)]
    [InlineData("jitter", 60_000)]
    public void OneHour_IsSmall(string kind, int maxBytes)
    {
        var random = new Random(1);
        var pts = new long[108_000];
        for (var i = 0; i < pts.Length; i++)
        {
            pts[i] = kind switch { "constant" => i * 512L, "milliseconds" => (long)Math.Round(i * 1000 / 30.0), _ => (i * 3000L) + random.Next(-3, 4) };
        }

        int[] keyframes = [.. Enumerable.Range(0, pts.Length / 250).Select(i => i * 250)];
        var file = FrameIndexFile.Write(Content, new IndexedVideo(Info, new FrameIndex(pts, keyframes)));
        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}: {file.Length} bytes");
        Assert.InRange(file.Length, 50, maxBytes);
    }

    [Fact]
    public void AnyDamage_IsInvalidData()
    {
        var good = FrameIndexFile.Write(Content, Small());
        for (var i = 0; i < good.Length; i++)
        {
            foreach (var bit in new[] { 1, 16, 128 })
            {
                var bad = good.ToArray();
                bad[i] ^= (byte)bit;
                Assert.Throws<InvalidDataException>(() => FrameIndexFile.Read(bad, Content));
            }

            Assert.Throws<InvalidDataException>(() => FrameIndexFile.Read(good.AsSpan(0, i), Content));
        }
    }

    [Fact]
    public void OtherVideoOrVersion_IsRefusedByName()
    {
        var file = FrameIndexFile.Write(Content, Small());
        var other = Assert.Throws<InvalidDataException>(() => FrameIndexFile.Read(file, "sha256:ff"));
        Assert.Contains(Content, other.Message, StringComparison.Ordinal);
        file[4] = 9;
        Assert.Contains("version 9", Assert.Throws<InvalidDataException>(() => FrameIndexFile.Read(file, Content)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_SavesLoadsAndReplacesDamage()
    {
        var store = new LocalObjectStore(_folder.Path);
        Assert.Null(await FrameIndexFile.TryLoadAsync(store, Content, Token));
        await FrameIndexFile.SaveAsync(store, Content, Small(), Token);
        AssertEqual(Small(), (await FrameIndexFile.TryLoadAsync(store, Content, Token))!);
        await store.PutAsync(RunLayout.Index(Content), new byte[100], Token);
        await Assert.ThrowsAsync<InvalidDataException>(() => FrameIndexFile.TryLoadAsync(store, Content, Token));
        await FrameIndexFile.SaveAsync(store, Content, Small(), Token);
        Assert.NotNull(await FrameIndexFile.TryLoadAsync(store, Content, Token));
    }

    private static IndexedVideo Small() => new(Info, new FrameIndex([-1024, 0, 1000, 2001, 3003], [0, 3]));

    private static Gen<IndexedVideo> Videos() =>
        from count in Gen.Frequency((1, Gen.Constant(0)), (9, Gen.Choose(1, 400)))
        from seed in Gen.Choose(0, int.MaxValue)
        from codec in ArbMap.Default.GeneratorFor<NonNull<string>>()
        from rotation in Gen.Elements(0, 90, 180, 270)
        from full in ArbMap.Default.GeneratorFor<bool>()
        select Make(count, new Random(seed), new string([.. codec.Get.Where(c => !char.IsSurrogate(c))]), rotation, full);

    private static IndexedVideo Make(int count, Random random, string codec, int rotation, bool full)
    {
        var pts = new SortedSet<long>();
        while (pts.Count < count)
        {
            pts.Add(random.Next(10) switch { 0 => random.NextInt64(long.MinValue, long.MaxValue), 1 when count > 20 => long.MinValue, 2 when count > 20 => long.MaxValue, _ => random.Next(1_000_000) });
        }

        int[] keyframes = [.. Enumerable.Range(0, count).Where(_ => random.Next(5) == 0)];
        var info = Info with { Codec = codec, RotationDegrees = rotation, IsFullRange = full, DurationSeconds = random.NextDouble(), TimeBase = new Rational(random.NextInt64(), random.NextInt64()) };
        return new IndexedVideo(info, new FrameIndex([.. pts], keyframes));
    }

    private static void AssertEqual(IndexedVideo expected, IndexedVideo actual)
    {
        Assert.Equal(expected.Info, actual.Info);
        Assert.True(expected.Frames.Pts.SequenceEqual(actual.Frames.Pts));
        Assert.True(expected.Frames.Keyframes.SequenceEqual(actual.Frames.Keyframes));
    }
}

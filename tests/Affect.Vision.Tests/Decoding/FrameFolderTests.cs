using Affect.Core.Corpora;
using Affect.Core.Failures;
using Affect.Core.Video;
using Affect.Vision.Decoding;
using Affect.Vision.Probing;
using Affect.Vision.Tests.Fixtures;

namespace Affect.Vision.Tests.Decoding;

public sealed class FrameFolderTests : IDisposable
{
    private readonly string _folder = TestFolders.CreateTemporary();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task NumberedPictures_AreFramesByNumber_WithGaps()
    {
        Extract("scale=112:112", "jpg", 12);
        File.Delete(Picture(4));
        File.Delete(Picture(5));
        File.WriteAllText(Path.Combine(_folder, "notes.txt"), "hello");
        var found = await ProbeAsync();
        Assert.Equal([0L, 1, 2, 5, 6, 7, 8, 9, 10, 11], found.Index.Pts.ToArray());
        Assert.Equal(10, found.Index.Keyframes.Length);
        Assert.Equal((112, 112, "mjpeg", new Rational(1, 1)), (found.Video.Width, found.Video.Height, found.Video.Codec, found.Video.TimeBase));
        Assert.Equal([new ProbeNote(ProbeAnomaly.IgnoredFiles, 1), new ProbeNote(ProbeAnomaly.MissingNumbers, 2)], found.Notes);

        var (whole, outcomes) = await Decodes.DecodeAllAsync(_folder, found, int.MaxValue, EntryKind.FaceFrames);
        Assert.Equal(found.Index.Pts.ToArray().Select((p, i) => (i, p)), whole.Select(f => (f.Rank, f.Pts)));
        Assert.Equal(Reference(), whole.Select(f => f.Md5));
        Assert.Equal(1, Assert.Single(outcomes).Attempts);
        var (parts, _) = await Decodes.DecodeAllAsync(_folder, found, 3, EntryKind.FaceFrames);
        Assert.Equal(whole, parts);
    }

    [Fact]
    public async Task PicturesOfSeveralSizesAndKinds_ComeEachInItsOwnSize()
    {
        Extract("scale=112:112", "jpg", 3);
        Extract("scale=97:131", "jpg", 3, first: 4);
        Extract("scale=50:40", "png", 2, first: 7);
        var found = await ProbeAsync();
        var (frames, outcomes) = await Decodes.DecodeAllAsync(_folder, found, int.MaxValue, EntryKind.FaceFrames);
        Assert.Equal(
            [(112, 112), (112, 112), (112, 112), (97, 131), (97, 131), (97, 131), (50, 40), (50, 40)],
            frames.Select(f => (f.Width, f.Height)));
        Assert.Equal(3, outcomes[0].Attempts);
        Assert.Empty(outcomes[0].Missing);
    }

    [Fact]
    public async Task BrokenPictures_CostThemselvesOnly()
    {
        Extract("scale=112:112", "jpg", 8);
        var whole = (await Decodes.DecodeAllAsync(_folder, await ProbeAsync(), int.MaxValue, EntryKind.FaceFrames)).Frames;
        File.WriteAllText(Picture(1), "no picture");
        File.WriteAllBytes(Picture(3), []);
        File.WriteAllBytes(Picture(5), File.ReadAllBytes(Picture(5))[..300]);
        var found = await ProbeAsync();
        var (frames, outcomes) = await Decodes.DecodeAllAsync(_folder, found, int.MaxValue, EntryKind.FaceFrames);
        var missing = outcomes[0].Missing.Select(m => m.Rank).ToArray();
        Assert.Equal([0, 2], missing.Where(r => r != 4));
        Assert.All(outcomes[0].Missing, m => Assert.Equal(FailureKind.Decode, m.Kind));
        Assert.Equal(8, frames.Count + missing.Length);
        Assert.Equal(whole.Where(f => f.Rank is 1 or 3 or 5 or 6 or 7), frames.Where(f => f.Rank != 4));
    }

    [Theory]
    [InlineData("gray", "png")]
    [InlineData("yuvj444p", "jpg")]
    [InlineData("yuvj420p", "jpg")]
    public async Task GreyAndFullChromaPictures_KeepTheirLayout(string format, string extension)
    {
        Extract("scale=113:111", extension, 2, pixelFormat: format);
        var found = await ProbeAsync();
        Assert.Equal(format, found.Video.PixelFormat);
        var (frames, _) = await Decodes.DecodeAllAsync(_folder, found, int.MaxValue, EntryKind.FaceFrames);
        Assert.Equal(Reference(), frames.Select(f => f.Md5));
    }

    [Fact]
    public async Task EmptyFolder_HasNoFrames() =>
        Assert.Equal(FailureKind.NoFrames, Assert.IsType<ProbeResult.Failed>(await FrameFolderProber.ProbeAsync(_folder, null, TestContext.Current.CancellationToken)).Failure.Kind);

    [Fact]
    public async Task MissingFolder_IsUnreadable() =>
        Assert.Equal(
            FailureKind.Unreadable,
            Assert.IsType<ProbeResult.Failed>(await FrameFolderProber.ProbeAsync(_folder + "-none", null, TestContext.Current.CancellationToken)).Failure.Kind);

    private async Task<ProbeResult.Found> ProbeAsync() =>
        Assert.IsType<ProbeResult.Found>(await FrameFolderProber.ProbeAsync(_folder, null, TestContext.Current.CancellationToken));

    private string Picture(int number) => Path.Combine(_folder, $"{number:D5}.jpg");

    private void Extract(string filter, string extension, int count, int first = 1, string? pixelFormat = null) =>
        FfmpegRun.Run([
            "-v", "error", "-nostdin", "-i", TestFolders.SampleClip, "-vf", filter, .. pixelFormat is null ? (string[])[] : ["-pix_fmt", pixelFormat], "-q:v", "3",
            "-frames:v", $"{count}", "-start_number", $"{first}", Path.Combine(_folder, "%05d." + extension),
        ]);

    /// <summary>Each file decoded by an ffmpeg of its own, as it is.</summary>
    private IEnumerable<string> Reference() =>
        Directory.GetFiles(_folder, "0*").Order(StringComparer.Ordinal).Select(path => FfmpegRun
            .Run(["-v", "error", "-i", path, "-c:v", "rawvideo", "-f", "framehash", "-hash", "md5", "-"])
            .Split('\n').Last(l => l.Length > 0).Split(',', StringSplitOptions.TrimEntries)[5]);
}

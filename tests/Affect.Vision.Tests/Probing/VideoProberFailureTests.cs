using Affect.Core.Failures;
using Affect.Vision.Probing;
using Affect.Vision.Tests.Fixtures;

namespace Affect.Vision.Tests.Probing;

/// <summary>Whatever is called a video: the prober answers with a class of failure and the tool's words, and opens nothing but the file itself.</summary>
public sealed class VideoProberFailureTests : IDisposable
{
    private readonly string _folder = TestFolders.CreateTemporary();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task MissingFile_IsUnreadable() => await FailsAsync(Path.Combine(_folder, "none.mp4"), FailureKind.Unreadable);

    [Fact]
    public async Task Folder_IsUnreadable() => await FailsAsync(_folder, FailureKind.Unreadable);

    [Fact]
    public async Task FileWithoutPermission_IsUnreadable()
    {
        var path = Write("locked.mp4", File.ReadAllBytes(Videos.Get("h264")));
        FfmpegRun.RunProgram("chmod", ["000", path]);
        if (Environment.UserName == "root")
        {
            // The superuser reads everything: then the file is simply good.
            Assert.IsType<ProbeResult.Found>(await ProbeAsync(path));
            return;
        }

        await FailsAsync(path, FailureKind.Unreadable);
    }

    [Fact]
    public async Task ZeroBytes_IsNotAVideo() => await FailsAsync(Write("empty.mp4", []), FailureKind.NotAVideo);

    [Fact]
    public async Task Text_IsNotAVideo() => await FailsAsync(Write("text.mp4", "Dear diary,\n"u8.ToArray()), FailureKind.NotAVideo);

    [Fact]
    public async Task RandomBytes_IsNotAVideo()
    {
        var bytes = new byte[100_000];
        new Random(20261122).NextBytes(bytes);
        await FailsAsync(Write("noise.mp4", bytes), FailureKind.NotAVideo);
    }

    [Fact]
    public async Task MovWithoutItsTable_IsNotAVideo_WithTheToolsWordsAndCommand()
    {
        var bytes = File.ReadAllBytes(Videos.Get("h264"));
        var failure = await FailsAsync(Write("cut.mp4", bytes[..(bytes.Length / 2)]), FailureKind.NotAVideo);
        Assert.Contains("moov", failure.Detail, StringComparison.Ordinal);
        Assert.Contains("cut.mp4", failure.Command, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongExtension_IsStillAVideo()
    {
        var found = Assert.IsType<ProbeResult.Found>(await ProbeAsync(Write("clip.txt", File.ReadAllBytes(Videos.Get("h264")))));
        Assert.Equal(125, found.Index.FrameCount);
    }

    [Fact]
    public async Task AudioOnly_HasNoVideoStream()
    {
        var path = Path.Combine(_folder, "audio.mp4");
        FfmpegRun.Run(["-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", path]);
        var failure = await FailsAsync(path, FailureKind.NoVideoStream);
        Assert.Contains("audio", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AttachedPictureOnly_HasNoVideoStream()
    {
        var cover = Path.Combine(_folder, "cover.png");
        var path = Path.Combine(_folder, "song.m4a");
        FfmpegRun.Run(["-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64:d=0.04", "-frames:v", "1", cover]);
        FfmpegRun.Run([
            "-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-i", cover, "-map", "0", "-map", "1", "-c:a", "aac", "-c:v", "copy",
            "-disposition:v", "attached_pic", path,
        ]);
        var failure = await FailsAsync(path, FailureKind.NoVideoStream);
        Assert.Contains("cover", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AttachedPictureBesideAVideo_IsPassedOver()
    {
        var cover = Path.Combine(_folder, "cover.png");
        var path = Path.Combine(_folder, "film.mp4");
        FfmpegRun.Run(["-v", "error", "-f", "lavfi", "-i", "testsrc=s=1280x720:d=0.04", "-frames:v", "1", cover]);
        FfmpegRun.Run([
            "-v", "error", "-i", cover, "-i", Videos.Get("h264"), "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0", "attached_pic", path,
        ]);
        var found = Assert.IsType<ProbeResult.Found>(await ProbeAsync(path));
        Assert.Equal((320, 125), (found.Video.Width, found.Index.FrameCount));
    }

    [Fact]
    public async Task Playlist_IsRefusedAndOpensNothing()
    {
        var secret = Write("secret.ts", File.ReadAllBytes(Videos.Get("ts")));
        var playlist = $"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:5,\n{secret}\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n";
        await FailsAsync(Write("list.m3u8", System.Text.Encoding.UTF8.GetBytes(playlist)), FailureKind.NotAVideo);
        await FailsAsync(Write("list.mp4", System.Text.Encoding.UTF8.GetBytes(playlist)), FailureKind.NotAVideo);
    }

    [Fact]
    public async Task ConcatList_IsRefusedAndOpensNothing()
    {
        var secret = Write("secret.ts", File.ReadAllBytes(Videos.Get("ts")));
        await FailsAsync(Write("list.mp4", System.Text.Encoding.UTF8.GetBytes($"ffconcat version 1.0\nfile '{Path.GetFileName(secret)}'\n")), FailureKind.NotAVideo);
    }

    [Theory]
    [InlineData("-i.mp4")]
    [InlineData("http:evil.mp4")]
    [InlineData("%05d.mp4")]
    [InlineData("a|b 'c' \"d\" $(e) ;f.mp4")]
    [InlineData("Ünïcödé 漢字.mp4")]
    public async Task AwkwardName_IsJustAName(string name)
    {
        var path = Write(name, File.ReadAllBytes(Videos.Get("h264")));
        var found = Assert.IsType<ProbeResult.Found>(await ProbeAsync(path));
        var (frames, outcome) = await Decodes.DecodeAsync(path, found, Decodes.Chunks(found.Index, 20)[1]);
        Assert.Equal(25, frames.Count);
        Assert.Equal(path, ShellWords(outcome.Command).Single(w => w.StartsWith("file:", StringComparison.Ordinal))["file:".Length..]);
    }

    /// <summary>The reproducing command, read back by a real shell.</summary>
    private static string[] ShellWords(string command) =>
        FfmpegRun.RunProgram("sh", ["-c", "for w in " + command + "; do printf '%s\\n' \"$w\"; done"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Task<ProbeResult> ProbeAsync(string path) =>
        new VideoProber(Decodes.Tools, TimeProvider.System).ProbeAsync(path, TestContext.Current.CancellationToken);

    private static async Task<ChunkFailure> FailsAsync(string path, FailureKind kind)
    {
        var failure = Assert.IsType<ProbeResult.Failed>(await ProbeAsync(path)).Failure;
        Assert.Equal(kind, failure.Kind);
        Assert.NotEmpty(failure.Message);
        return failure;
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}

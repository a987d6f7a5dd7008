using System.Text.Json;
using Affect.Core.Failures;
using Affect.EndToEnd.Tests.Fixtures;
using Affect.EndToEnd.Tests.Serving;
using Affect.Engine.Serving;

namespace Affect.EndToEnd.Tests.Faults;

/// <summary>A video that crashes the whole process (native code under a decoder or ONNX Runtime would): it may do so once, not for ever.</summary>
public sealed class PoisonTests
{
    private const int SegmentationFault = 128 + 11;

    [Fact]
    public async Task Chunk_ThatCrashesTheProcess_IsGivenUp_AndTheOthersAreLabelled()
    {
        using var box = Poisoned();
        var first = await box.CallAsync("run", box.Corpus, "--out", box.PathOf("out"));
        Assert.True(first.ExitCode == SegmentationFault, $"{first}");
        var run = Assert.Single(Directory.GetDirectories(box.PathOf("out/runs")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(run, "begun")));

        var second = await box.RunAsync(box.Corpus, "out", 3);
        var failure = Assert.Single(second.Failures());
        Assert.Equal("poison.mp4", failure.Video);
        Assert.Equal(FailureReasons.Of(FailureKind.WorkerLost), failure.Reason);
        Assert.Equal(3, failure.Attempts);
        Assert.Contains("signal 11", failure.Message, StringComparison.Ordinal);
        Assert.StartsWith($"affect run {Path.Combine(box.Corpus, "poison.mp4")}", failure.Command, StringComparison.Ordinal);
        Assert.Equal(50, second.Number("framesFailed"));
        Assert.Equal(100, second.Labels().Of("good.mp4").Select(r => r.Frame).Distinct().Count());
        Assert.Empty(Directory.GetFiles(Path.Combine(run, "begun")));

        var third = await box.RunAsync(box.Corpus, "out", 3);
        Assert.Equal(50, third.Number("framesFailed"));
    }

    /// <summary>A server that labels by itself loses its ledgers with its process: storage tells what it had in hand.</summary>
    [Fact]
    public async Task Chunk_ThatCrashesTheServerThatLabelsIt_DoesSoOnce()
    {
        using var box = Poisoned();
        using var first = await ServerProcess.StartAsync(box, workers: 2);
        var submitted = await box.CallAsync("submit", box.Corpus, "--server", first.Url, "--output", "json");
        Assert.True(submitted.ExitCode == 0, $"{submitted}");
        var job = JsonSerializer.Deserialize<JobStatus>(submitted.Output, WireJson.Options)!.Job.Id;
        Assert.Equal(SegmentationFault, (await first.Process.WaitAsync()).ExitCode);

        using var second = await ServerProcess.StartAsync(box, workers: 2, first.Port);
        var watched = await box.CallAsync("watch", job.ToString(), "--server", second.Url, "--output", "json");
        Assert.True(watched.ExitCode == 3, $"{watched}");
        var status = JsonSerializer.Deserialize<JobStatus>(watched.Output, WireJson.Options)!;
        Assert.Equal((150, 100, 50), (status.Job.Outcome!.Counts.Frames, status.Job.Outcome.Counts.Frames - status.Job.Outcome.Counts.Failed, status.Job.Outcome.Counts.Failed));
        Assert.Empty(Directory.GetFiles(Path.Combine(box.PathOf("out/runs"), status.Job.Run.ToString()!, "begun")));
        second.Process.Signal(AffectProcess.Terminate);
        Assert.Equal(0, (await second.Process.WaitAsync()).ExitCode);
    }

    /// <summary>
    /// A corpus with a poison in it, and an ffmpeg that ends whoever started it as soon as it is to decode the poison. The runtime takes the first signal for a fault of an instruction, which it
    /// runs again without its own handler; the second one is not caught.
    /// </summary>
    private static Sandbox Poisoned()
    {
        var box = new Sandbox();
        box.Add(Clips.Cut(4, 4), "good.mp4");
        box.Add(Clips.Cut(4, 2), "poison.mp4");
        var folder = box.Folder("tools");
        foreach (var (name, before) in new[] { ("ffmpeg", "case \"$*\" in *poison*nut*) while kill -SEGV $PPID; do sleep 0.1; done;; esac\n"), ("ffprobe", "") })
        {
            var script = Path.Combine(folder, name);
            File.WriteAllText(script, $"#!/bin/sh\n{before}exec /usr/bin/{name} \"$@\"\n");
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        box.Environment["AFFECT_FFMPEG"] = Path.Combine(folder, "ffmpeg");
        return box;
    }
}

using System.Diagnostics;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Faults;

/// <summary>Ctrl-C and SIGTERM, to the program alone and to its whole process group, where ffmpeg gets them as well.</summary>
public sealed class SignalTests(ITestOutputHelper output)
{
    /// <summary>Generous: on an idle machine it takes well below a second.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(AffectProcess.Interrupt, false)]
    [InlineData(AffectProcess.Interrupt, true)]
    [InlineData(AffectProcess.Terminate, false)]
    [InlineData(AffectProcess.Terminate, true)]
    public async Task Signal_EndsTheRunCleanly_AndTheNextCallGoesOn(int signal, bool toGroup)
    {
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 8));
        string[] options = ["--chunk-frames", "25"];
        int before;
        string text;
        using (var process = box.Start(["run", box.Corpus, "--out", box.PathOf("out"), .. options]))
        {
            await Wait.ForMarkersAsync(process, box.PathOf("out"), 2);
            Assert.False(process.HasExited, "the run ended before it could be stopped");
            var watch = Stopwatch.StartNew();
            if (toGroup)
            {
                process.SignalGroup(signal);
            }
            else
            {
                process.Signal(signal);
            }

            var result = await process.WaitAsync();
            output.WriteLine($"signal {signal}{(toGroup ? " to the group" : "")}: ended after {watch.Elapsed.TotalSeconds:F2} s");
            Assert.True(result.ExitCode == 130, $"{result}");
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, Patience);
            Assert.Contains("goes on where this one ended", result.Error, StringComparison.Ordinal);
            await process.AssertNothingLeftAsync();
            text = result.Error;
            before = Wait.Markers(box.PathOf("out"));
        }

        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        RunFolder.AssertNoHalfFiles(box.PathOf("out"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(box.PathOf("tmp"), "affect-*"));
        var end = await box.RunAsync(box.Corpus, "out", 0, options);
        Assert.Equal(before, end.Number("chunksDoneBefore"));
        Assert.Equal(0, end.Number("framesFailed"));
        Assert.Empty(Directory.Exists(Path.Combine(end.Location, "failed")) ? Directory.EnumerateFiles(Path.Combine(end.Location, "failed")) : []);
        end.AssertOnlyWinners();
        var undisturbed = await box.RunAsync(box.Corpus, "undisturbed", 0, options);
        LabelTable.AssertSame(undisturbed.Labels(), end.Labels());
    }

    /// <summary>The process that decodes: affect-decoder, or ffmpeg where there is none or a picture needs a filter (a clip that is stored turned).</summary>
    [Theory]
    [InlineData("dotnet")]
    [InlineData("ffmpeg")]
    public async Task Signal_ToTheDecoderAlone_CostsNoFrame(string decoder)
    {
        using var box = new Sandbox();
        box.Add(decoder == "ffmpeg" ? Clips.Rotated() : Clips.Cut(4, 8));
        using var process = box.Start("run", box.Corpus, "--out", box.PathOf("out"), "--workers", "1", "--chunk-frames", "1000000", "--output", "json");
        var killed = 0;
        await Wait.ForAsync(() =>
        {
            // Once the only chunk is under way.
            if (killed == 0 && !process.HasExited && Directory.Exists(Path.Combine(box.PathOf("out"), "runs")))
            {
                killed = Children.Signal(process.Id, decoder, AffectProcess.Interrupt);
            }

            return killed > 0 || process.HasExited;
        });
        var result = await process.WaitAsync();
        output.WriteLine($"{killed} {decoder} interrupted");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.InRange(killed, 1, int.MaxValue);
        var end = await box.RunAsync(box.Corpus, "out", 0);
        Assert.Equal(0, end.Number("framesFailed"));
        Assert.Equal(decoder == "ffmpeg" ? 75 : 200, end.Number("framesIn"));
    }
}

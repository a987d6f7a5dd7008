using System.Diagnostics;
using System.Globalization;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Faults;

/// <summary>
/// kill -9 at seeded moments between the start of a run and a little after its usual end, then the same command again until it completes. AFFECT_KILLS sets the
/// number of kills (50 for the long form), AFFECT_SEED repeats a sequence.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Run_KilledAtAnyMoment_EndsWithTheRowsOfAnUndisturbedOne()
    {
        var kills = Number("AFFECT_KILLS", 8);
        var seed = Number("AFFECT_SEED", 7393434);
        output.WriteLine($"{kills} kills, AFFECT_SEED={seed}");
        var random = new Random(seed);
        using var box = new Sandbox();
        box.Add(Clips.Cut(4, 4));
        box.Add(Clips.Get("transport.ts"));
        box.Add(Clips.Get("vfr.mkv"));
        string[] options = ["--chunk-frames", "25"];
        var watch = Stopwatch.StartNew();
        var undisturbed = await box.RunAsync(box.Corpus, "undisturbed", 0, options);
        var usual = watch.Elapsed;

        var (done, round, resumed) = (0, 0, 0);
        while (done < kills)
        {
            var results = $"killed-{round++}";
            var markers = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var completed = false; !completed && done < kills;)
            {
                using var process = box.Start(["run", box.Corpus, "--out", box.PathOf(results), .. options]);
                var moment = usual * (random.NextDouble() * 1.1);
                await Task.Delay(moment);
                var hasEnded = process.HasExited;
                if (!hasEnded)
                {
                    process.Kill();
                }

                // It may have ended by itself just before the signal came.
                var result = await process.WaitAsync();
                Assert.True(result.ExitCode == 0 || (!hasEnded && result.ExitCode == 137), $"{result}");
                completed = result.ExitCode == 0;
                done += completed ? 0 : 1;
                await process.AssertNothingLeftAsync();
                RunFolder.AssertNoHalfFiles(box.PathOf(results));
                AssertKept(markers, Path.Combine(box.PathOf(results), "runs", undisturbed.Id));
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{results}: {(completed ? "completed" : "killed")} after {moment.TotalSeconds:F2} of {usual.TotalSeconds:F2} s, {markers.Count} of {undisturbed.Number("chunks")} chunks done"));
            }

            resumed += markers.Count;
            var end = await box.RunAsync(box.Corpus, results, 0, options);
            Assert.Equal(undisturbed.Id, end.Id);
            Assert.Equal(markers.Count, end.Number("chunksDoneBefore"));
            AssertKept(markers, end.Location);
            LabelTable.AssertSame(undisturbed.Labels(), end.Labels());
            end.AssertOnlyWinners();
            Assert.Equal(undisturbed.Number("tracks"), end.Number("tracks"));
            Assert.Empty(end.Failures());
            AssertNoScratch(box);
        }

        output.WriteLine($"{done} kills in {round} runs; {resumed} chunks were found done");
    }

    /// <summary>A chunk with a marker is never computed again: its marker keeps the attempt that it named first.</summary>
    private static void AssertKept(Dictionary<string, string> markers, string run)
    {
        var now = RunFolder.DoneIn(run).ToDictionary(d => d.Chunk.ToString(), d => d.Attempt.ToString(), StringComparer.Ordinal);
        foreach (var (chunk, attempt) in markers)
        {
            Assert.Equal(attempt, now[chunk]);
        }

        foreach (var (chunk, attempt) in now)
        {
            markers[chunk] = attempt;
        }
    }

    /// <summary>What killed processes left in the temporary folder is cleared by the next call.</summary>
    private static void AssertNoScratch(Sandbox box) => Assert.Empty(Directory.EnumerateFileSystemEntries(box.PathOf("tmp"), "affect-*"));

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}

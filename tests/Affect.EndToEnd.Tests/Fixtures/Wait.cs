using System.Diagnostics;

namespace Affect.EndToEnd.Tests.Fixtures;

/// <summary>Waiting for what another process does.</summary>
internal static class Wait
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static Task ForAsync(Func<bool> holds) => ForAsync(() => Task.FromResult(holds()));

    public static async Task ForAsync(Func<Task<bool>> holds)
    {
        var watch = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(watch.Elapsed < Limit, $"nothing happened in {Limit}");
            await Task.Delay(20);
        }
    }

    /// <summary>Waits until the run has this many markers, or the process has ended.</summary>
    public static Task ForMarkersAsync(AffectProcess process, string output, int count) =>
        ForAsync(() => process.HasExited || Markers(output) >= count);

    public static int Markers(string output)
    {
        var runs = Path.Combine(output, "runs");
        return !Directory.Exists(runs) ? 0 : Directory.EnumerateDirectories(runs).Sum(r =>
            Directory.Exists(Path.Combine(r, "done")) ? Directory.EnumerateFiles(Path.Combine(r, "done")).Count() : 0);
    }
}

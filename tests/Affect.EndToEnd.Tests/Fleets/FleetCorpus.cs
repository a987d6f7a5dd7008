using System.Collections.Concurrent;
using Affect.EndToEnd.Tests.Fixtures;

namespace Affect.EndToEnd.Tests.Fleets;

/// <summary>The corpora that fleets label, and their labels when nothing disturbs.</summary>
internal static class FleetCorpus
{
    public const int ChunkFrames = 10;

    private static readonly ConcurrentDictionary<string, Lazy<Task<LabelTable>>> Undisturbed = new(StringComparer.Ordinal);

    /// <summary>Two videos of 24 chunks and one with a variable frame rate: long enough for every fault to meet the run.</summary>
    public static void AddLong(Sandbox box)
    {
        box.Add(Cut(2, 10), "a.mp4");
        box.Add(Cut(14, 10), "b.mp4");
        box.Add(Clips.Get("vfr.mkv"), "c.mkv");
    }

    /// <summary>Two videos of 7 chunks each.</summary>
    public static void AddShort(Sandbox box)
    {
        box.Add(Cut(2, 3), "a.mp4");
        box.Add(Cut(14, 3), "b.mp4");
    }

    /// <summary>The final labels of <c>affect run</c> on one of these corpora, alone on this machine; made once a test run.</summary>
    /// <param name="add"><see cref="AddLong"/> or <see cref="AddShort"/>.</param>
    public static Task<LabelTable> UndisturbedAsync(Action<Sandbox> add) => Undisturbed.GetOrAdd(add.Method.Name, _ => new Lazy<Task<LabelTable>>(() => LabelAsync(add))).Value;

    private static async Task<LabelTable> LabelAsync(Action<Sandbox> add)
    {
        using var box = new Sandbox();
        add(box);
        return (await box.RunAsync(box.Corpus, "undisturbed", 0, "--chunk-frames", $"{ChunkFrames}")).Labels();
    }

    /// <summary>H.264 with keyframes that are a chunk apart.</summary>
    private static string Cut(int startSeconds, int seconds) => Clips.Make(
        $"fleet-{startSeconds}-{seconds}.mp4", $"-ss {startSeconds} -t {seconds} -i SAMPLE -vf scale=320:240 -an -c:v libx264 -preset veryfast -g {ChunkFrames} -bf 2 -sc_threshold 0");
}

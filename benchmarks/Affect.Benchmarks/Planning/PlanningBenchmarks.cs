using Affect.Core.Corpora;
using Affect.Core.Planning;
using Affect.Core.Video;
using BenchmarkDotNet.Attributes;

namespace Affect.Benchmarks.Planning;

/// <summary>Ten hours at 30 frames a second: selection and plan. Allocation is the gate: the plan and the selected ranks, nothing a frame.</summary>
[MemoryDiagnoser]
public class PlanningBenchmarks
{
    private const int Frames = 10 * 3600 * 30;
    private const int FramesPerGop = 60;

    private static readonly Rational TimeBase = new(1, 90_000);
    private static readonly CorpusEntry Entry = new("v", "/v", EntryKind.Video, "", -1);

    private readonly FrameIndex _index = new(
        [.. Enumerable.Range(0, Frames).Select(i => 3000L * i)], [.. Enumerable.Range(0, Frames / FramesPerGop).Select(i => i * FramesPerGop)]);

    [Benchmark]
    public int SelectAll() => FrameSelector.Select(_index, TimeBase, Sampling.All).Count;

    [Benchmark]
    public int SelectFiveFramesPerSecond() => FrameSelector.Select(_index, TimeBase, new Sampling(FramesPerSecond: 5)).Count;

    [Benchmark]
    public int Plan() =>
        ChunkPlanner.Plan(0, Entry, _index, FrameSelector.Select(_index, TimeBase, Sampling.All), PlanOptions.Default).Count;
}

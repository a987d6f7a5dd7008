using Affect.Engine.Finalising;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Engine.Tests.Finalising;

public sealed class RunInspectorTests
{
    [Fact]
    public async Task AHalfDoneRun_HasTheStatisticsOfItsDoneChunks_AndIsNotFinished()
    {
        using var run = await StoredRun.CreateAsync([new("a.mp4", 75, StoredRun.SomeFace), new("b.mp4", 45, StoredRun.SomeFace)]);
        await run.LabelAsync(chunks: 3);
        var state = await ReadAsync(run);
        Assert.Equal((3, false, false), (state.Final.Done.Count, state.HasLabels, state.IsFinished));
        Assert.Equal(run.Run.Plan.Take(3).Sum(c => c.FrameCount), state.Final.Statistics.Total().Frames.In);
        await run.LabelAsync();
        state = await ReadAsync(run);
        Assert.True(state.IsFinished);
        Assert.Equal(120, state.Final.Statistics.Total().Frames.In);
        Assert.Single(state.Final.LabelFiles);
        Assert.Equal(2, state.Final.Tracks.Count);
    }

    private static Task<RunState> ReadAsync(StoredRun run) =>
        new RunInspector(run.Store, run.Run, run.Videos, run.Scratch, TimeProvider.System).ReadAsync(default);
}

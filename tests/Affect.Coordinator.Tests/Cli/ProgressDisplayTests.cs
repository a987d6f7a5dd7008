using Affect.Coordinator.Cli;
using Affect.Engine.Progress;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Coordinator.Tests.Cli;

public sealed class ProgressDisplayTests
{
    [Fact]
    public async Task PlainLines_EveryFiveSeconds_KnowTheRemainingTimeFromTheFirst()
    {
        var time = new ManualTime();
        var progress = new RunProgress(time);
        progress.Enter(RunPhase.Labelling, units: 10, frames: 6000);
        var lane = progress.AddLane("lane");
        lane.Begin("c", "v", 6000);
        var output = new StringWriter();
        await using (new ProgressDisplay(progress, time, live: false, output))
        {
            for (var s = 0; s < 10; s++)
            {
                await time.UntilSetAsync();
                lane.Advanced(200, 100, default);
                time.Advance(TimeSpan.FromSeconds(1));
            }

            await time.UntilSetAsync();
        }

        Assert.Equal(
            [
                "labelling 16.7 %  chunks 0/10  frames 1000/6000  200 frames/s  100 faces/s  bottleneck -  failed attempts 0  ETA 25 s (25 s to 25 s)",
                "labelling 33.3 %  chunks 0/10  frames 2000/6000  200 frames/s  100 faces/s  bottleneck -  failed attempts 0  ETA 20 s (20 s to 20 s)",
            ],
            output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}

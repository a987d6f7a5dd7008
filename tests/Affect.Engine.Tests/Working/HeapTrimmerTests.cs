using Affect.Engine.Tests.Fixtures;
using Affect.Engine.Working;

namespace Affect.Engine.Tests.Working;

public sealed class HeapTrimmerTests
{
    [Fact]
    public void Trim_TakesAThousandthOfTheTime()
    {
        var time = new ManualTime();
        var collections = 0;
        var trimmer = new HeapTrimmer(time, () =>
        {
            collections++;
            time.Advance(TimeSpan.FromMilliseconds(10));
        });
        for (var i = 0; i < 1000; i++)
        {
            trimmer.Trim();
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        // 100 s, 10 s after each.
        Assert.Equal(10, collections);
    }

    [Fact]
    public void Trim_OnAThreadWhileAnotherTrims_DoesNothing()
    {
        var collections = 0;
        HeapTrimmer? trimmer = null;
        trimmer = new HeapTrimmer(new ManualTime(), () =>
        {
            collections++;
            var other = new Thread(trimmer!.Trim);
            other.Start();
            other.Join();
        });
        trimmer.Trim();
        Assert.Equal(1, collections);
    }
}

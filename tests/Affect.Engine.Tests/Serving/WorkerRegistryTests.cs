using Affect.Engine.Serving;
using Affect.Engine.Tests.Fixtures;

namespace Affect.Engine.Tests.Serving;

public sealed class WorkerRegistryTests
{
    private static readonly WorkerAnnouncement Worker = new()
    {
        Name = "w", Host = "h", Version = "1", Device = "cpu", Decoder = "cpu", Offers = ["codec:h264"], Lanes = [new LaneState(null, null, null, 0, 0), new LaneState(null, null, null, 0, 0)],
    };

    [Fact]
    public void Worker_IsListed_LostWhenSilent_ForgottenLater()
    {
        var time = new ManualTime();
        var registry = new WorkerRegistry(time);
        registry.Announce(Worker);
        Assert.False(Assert.Single(registry.Workers()).IsLost);
        Assert.Equal(2, registry.Lanes());
        time.Advance(WorkerRegistry.SilenceLimit + TimeSpan.FromSeconds(1));
        Assert.True(Assert.Single(registry.Workers()).IsLost);
        Assert.Empty(registry.Profiles());
        Assert.Equal(1, registry.Lanes());
        time.Advance(WorkerRegistry.KeptAfterLoss);
        Assert.Empty(registry.Workers());
    }

    [Fact]
    public void Profiles_AreOneOfEachKind()
    {
        var registry = new WorkerRegistry(new ManualTime());
        registry.Announce(Worker);
        registry.Announce(Worker with { Name = "same" });
        registry.Announce(Worker with { Name = "other", Offers = ["codec:av1", "codec:h264"] });
        Assert.Equal([1, 2], registry.Profiles().Select(profile => profile.Offers.Count).Order());
        Assert.Equal(6, registry.Lanes());
    }

    [Fact]
    public void Draining_TakesNoNewWork_AndLeavingForgets()
    {
        var registry = new WorkerRegistry(new ManualTime());
        registry.Announce(Worker with { IsDraining = true });
        Assert.Empty(registry.Profiles());
        Assert.Single(registry.Workers());
        registry.Leave("w");
        Assert.Empty(registry.Workers());
    }

    [Fact]
    public void Rate_IsThatOfTheLastHalfMinute()
    {
        var time = new ManualTime();
        var registry = new WorkerRegistry(time);
        for (var i = 0; i <= 60; i += 2)
        {
            registry.Announce(Worker with { Frames = i < 30 ? 0 : (i - 30) * 100 });
            time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(100, registry.Workers()[0].FramesPerSecond, 5.0);
    }
}

using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Core.Tracking;

namespace Affect.Core.Tests.Runs;

public sealed class RunIdentityTests
{
    /// <summary>Everything in the configuration, changed one by one.</summary>
    public static TheoryData<string, RunConfiguration, bool> Changes()
    {
        var c = RunSamples.Configuration();
        var d = c.Detector;
        return new TheoryData<string, RunConfiguration, bool>
        {
            { "sampling", c with { Sampling = Sampling.All }, true },
            { "sampling end", c with { Sampling = c.Sampling with { EndSeconds = 9 } }, true },
            { "detector hash", c with { Detector = d with { Model = d.Model with { Sha256 = "c" } } }, true },
            { "detector contract", c with { Detector = d with { Model = d.Model with { ContractSha256 = "c" } } }, true },
            { "score", c with { Detector = d with { ScoreThreshold = 0.51 } }, true },
            { "overlap", c with { Detector = d with { OverlapThreshold = 0.31 } }, true },
            { "face size", c with { Detector = d with { MinimumFacePixels = 25 } }, true },
            { "detector parameter", c with { Detector = d with { Parameters = new() { ["tiles"] = "2x2", ["scales"] = "1,0.5" } } }, true },
            { "tracking gap", c with { Tracking = new TrackerOptions(MaxGapSeconds: 2) }, true },
            { "tracking cost", c with { Tracking = new TrackerOptions(MaxCost: 0.5) }, true },
            { "schema", c with { LabelSchemaVersion = 2 }, true },
            { "affect model", c with { AffectModels = [RunSamples.Model("one")] }, false },
            { "affect order", c with { AffectModels = [.. c.AffectModels.Reverse()] }, false },
            { "smoothing", c with { Smoothing = null }, false },
            { "smoothing window", c with { Smoothing = new SmoothingOptions(0.6) }, false },
        };
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Ids_ChangeWithEverythingThatChangesOutput(string what, RunConfiguration changed, bool changesDetection)
    {
        var same = RunSamples.Configuration();
        Assert.True(RunId.Of(RunSamples.ManifestHash, same) != RunId.Of(RunSamples.ManifestHash, changed), what);
        Assert.Equal(changesDetection, DetectionKey.Of(RunSamples.ManifestHash, same) != DetectionKey.Of(RunSamples.ManifestHash, changed));
        Assert.NotEqual(same, changed);
    }

    [Fact]
    public void Ids_AreTheSameForTheSameInput_AndPinned()
    {
        Assert.Equal(RunSamples.Configuration(), RunSamples.Configuration());
        Assert.Equal(RunSamples.Record().Id, RunSamples.Record().Id);
        Assert.NotEqual(RunId.Of("sha256:00fe", RunSamples.Configuration()), RunSamples.Record().Id);

        // Pinned: another value here means that no earlier run can be resumed.
        Assert.Equal("qwk2r78q4cv6jexc", RunSamples.Record().Id.ToString());
        Assert.Equal("qm9rjf2x1th0akg0", RunSamples.Record().DetectionKey.ToString());
        Assert.Equal("8wx4xm14tkvcby1b", RunSamples.Configuration().ModelKey);
    }

    [Fact]
    public void DetectorParameters_InAnyOrder_AreTheSame()
    {
        var c = RunSamples.Configuration();
        var reordered = c with { Detector = c.Detector with { Parameters = new() { ["scales"] = "1,0.5", ["tiles"] = "2x1" } } };
        Assert.Equal(RunId.Of("m", c), RunId.Of("m", reordered));
        Assert.Equal(c, reordered);
    }

    [Theory]
    [InlineData("4s0c8m1kd2z9h7aw", true)]
    [InlineData("4s0c8m1kd2z9h7a", false)]
    [InlineData("4S0C8M1KD2Z9H7AW", false)]
    [InlineData("4s0c8m1kd2z9h7a/", false)]
    [InlineData("../../etc/passwd", false)]
    [InlineData(null, false)]
    public void RunId_ParsesItsOwnTextOnly(string? text, bool valid)
    {
        Assert.Equal(valid, RunId.TryParse(text, out var id));
        Assert.Equal(valid ? text : "", id.ToString());
    }
}

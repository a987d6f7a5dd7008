using Affect.Core.Planning;
using Affect.Core.Runs;
using Affect.Core.Tracking;

namespace Affect.Core.Tests.Runs;

internal static class RunSamples
{
    public const string ManifestHash = "sha256:00ff";

    public static ModelIdentity Model(string name) => new(name, "1.0.0", new string('a', 64), new string('b', 64));

    public static RunConfiguration Configuration() => new()
    {
        Sampling = new Sampling(FramesPerSecond: 12.5, StartSeconds: 3),
        Detector = new DetectorConfiguration(Model("faces"), 0.5, 0.3, 24) { Parameters = new() { ["tiles"] = "2x1", ["scales"] = "1,0.5" } },
        AffectModels = [Model("one"), Model("two")],
        Tracking = new TrackerOptions(),
        Smoothing = new SmoothingOptions(0.5),
        LabelSchemaVersion = 1,
    };

    public static RunRecord Record() => RunRecord.Of(
        ManifestHash,
        Configuration(),
        new DateTimeOffset(2026, 11, 22, 10, 30, 0, TimeSpan.Zero),
        "0.1.0",
        "az://videos/2026",
        new RunTotals(12, 1, 40, 60_000, 30_000, 123_456_789));
}

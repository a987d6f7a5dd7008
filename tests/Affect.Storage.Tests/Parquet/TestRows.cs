using Affect.Core.Labels;
using Affect.Storage.Parquet;

namespace Affect.Storage.Tests.Parquet;

/// <summary>Seeded label rows of every kind, in file order.</summary>
internal static class TestRows
{
    public static readonly LabelFileMetadata Chunk = new(LabelFileKind.Chunk, "run-1", "sha256:model'quote", "sha256:detector", "0.1.0");
    public static readonly LabelFileMetadata Labels = Chunk with { Kind = LabelFileKind.Labels };

    private static readonly string[] Reasons = ["decoder gave no picture", "", "Ünïcode 日本 😀 'quoted' \"and\" more than twelve bytes", "x"];

    public static List<LabelRow> Make(int seed, int frames, string video, bool appearance)
    {
        var random = new Random(seed);
        var rows = new List<LabelRow>();
        for (var frame = 0; frame < frames; frame++)
        {
            var basis = new LabelRow
            {
                Video = video,
                Frame = frame,
                Pts = (frame * 512L) - 1024,
                TimeSeconds = ((frame * 512L) - 1024) / 12800.0,
                Status = FrameStatus.NoFace,
                Chunk = $"v000000-c{frame / 100:D5}",
                Model = "sha256:model'quote",
            };
            switch (random.Next(8))
            {
                case 0:
                    rows.Add(basis);
                    break;
                case 1:
                    rows.Add(basis with { Status = FrameStatus.Failed, Reason = Reasons[random.Next(Reasons.Length)] });
                    break;
                default:
                    var faces = random.Next(1, 4);
                    for (var face = 0; face < faces; face++)
                    {
                        rows.Add(Face(random, basis, face, appearance));
                    }

                    break;
            }
        }

        return rows;
    }

    /// <summary>Equality by value, arrays and NaN included.</summary>
    public static void AssertEqual(IReadOnlyList<LabelRow> expected, IReadOnlyList<LabelRow> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            var (e, a) = (expected[i], actual[i]);
            Assert.Equal(e.Landmarks, a.Landmarks);
            Assert.Equal(e.Expressions, a.Expressions);
            Assert.Equal(e.ActionUnits, a.ActionUnits);
            Assert.Equal(e.Appearance, a.Appearance);
            Assert.Equal(e, a with { Landmarks = e.Landmarks, Expressions = e.Expressions, ActionUnits = e.ActionUnits, Appearance = e.Appearance });
        }
    }

    private static LabelRow Face(Random random, LabelRow basis, int face, bool appearance)
    {
        float Number() => random.Next(20) == 0 ? float.NaN : random.Next(50) switch
        {
            0 => 0f,
            1 => -0f,
            2 => float.MaxValue,
            3 => float.Epsilon,
            _ => (random.NextSingle() * 2000) - 1000,
        };
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => Number())];
        var thumbnail = new byte[64];
        random.NextBytes(thumbnail);
        var withHeads = random.Next(5) > 0;
        return basis with
        {
            Status = FrameStatus.Face,
            Face = face,
            Track = random.Next(3) == 0 ? -1 : random.Next(1000),
            BoxX = Number(),
            BoxY = Number(),
            BoxWidth = Number(),
            BoxHeight = Number(),
            DetectionScore = Number(),
            Landmarks = withHeads ? [1, .. Numbers(7)] : [],
            YawDegrees = Number(),
            PitchDegrees = Number(),
            RollDegrees = Number(),
            SizePixels = Number(),
            Sharpness = Number(),
            Valence = Number(),
            Arousal = Number(),
            Expressions = withHeads ? [.. Numbers(8), 0.5f] : [],
            Expression = withHeads ? random.Next(LabelSchema.Expressions.Count) : -1,
            ActionUnits = withHeads ? [0.25f, .. Numbers(11)] : [],
            Appearance = appearance && withHeads ? thumbnail : [],
        };
    }
}

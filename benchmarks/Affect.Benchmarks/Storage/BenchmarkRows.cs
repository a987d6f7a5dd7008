using Affect.Core.Labels;
using Affect.Storage.Parquet;

namespace Affect.Benchmarks.Storage;

/// <summary>Rows as a run makes them: one face that drifts, noisy heads, one text of each kind.</summary>
internal static class BenchmarkRows
{
    public static LabelFileMetadata Metadata(LabelFileKind kind) => new(kind, "benchmark", "sha256:model", "sha256:detector", "0.1.0");

    public static IEnumerable<LabelRow> Make(int count)
    {
        var random = new Random(1);
        var (x, y) = (500f, 300f);
        for (var i = 0; i < count; i++)
        {
            x += random.NextSingle() - 0.5f;
            y += random.NextSingle() - 0.5f;
            var expressions = new float[9];
            var sum = 0f;
            for (var k = 0; k < 8; k++)
            {
                expressions[k] = MathF.Exp(random.NextSingle() * 4);
                sum += expressions[k];
            }

            for (var k = 0; k < 8; k++)
            {
                expressions[k] /= sum;
            }

            expressions[8] = float.NaN;
            var units = new float[12];
            for (var k = 0; k < units.Length; k++)
            {
                units[k] = random.NextSingle();
            }

            var thumbnail = new byte[64];
            random.NextBytes(thumbnail);
            yield return new LabelRow
            {
                Video = "session 01/clip 0001.mp4",
                Frame = i,
                Pts = i * 512L,
                TimeSeconds = i / 25.0,
                Status = FrameStatus.Face,
                Face = 0,
                Track = i / 500,
                BoxX = x,
                BoxY = y,
                BoxWidth = 120 + random.NextSingle(),
                BoxHeight = 140 + random.NextSingle(),
                DetectionScore = 0.9f + (random.NextSingle() / 10),
                Landmarks = [x + 30, y + 40, x + 80, y + 40, x + 55, y + 70, x + 55, y + 100],
                YawDegrees = random.NextSingle() * 20,
                PitchDegrees = random.NextSingle() * 20,
                RollDegrees = random.NextSingle() * 20,
                SizePixels = 130 + random.NextSingle(),
                Sharpness = random.NextSingle() * 500,
                Valence = random.NextSingle(),
                Arousal = random.NextSingle(),
                Expressions = expressions,
                Expression = i % 8,
                ActionUnits = units,
                Chunk = $"v000000-c{i / 2000:D5}",
                Model = "sha256:0123456789abcdef",
                Appearance = thumbnail,
            };
        }
    }
}

using Affect.Vision.Detection;
using Affect.Vision.Models;
using Affect.Vision.Onnx;
using Affect.Vision.Pixels;
using Affect.Vision.Tests.Pixels;

namespace Affect.Vision.Tests.Detection;

/// <summary>Every family's decoder against a naive one that follows the original's equations, on random outputs.</summary>
public sealed class DetectionDecoderTests
{
    private const double Threshold = 0.55;

    [Theory]
    [InlineData("blazeface")]
    [InlineData("mediapipe-full-range")]
    [InlineData("yunet")]
    [InlineData("scrfd")]
    [InlineData("ultraface")]
    public void Detect_EqualsNaiveDecoder(string family)
    {
        var fixture = new FamilyFixture(family, seed: 5);
        using var folder = fixture.Write(Threshold, overlap: 0.98);
        using var model = FaceDetectorModel.Open((DetectorManifest)folder.Load(), DeviceSpec.Cpu);
        using var lane = model.CreateLane();
        var faces = new List<FaceDetection>();

        // Twice the network's size, so that one input pixel is two frame pixels.
        lane.Detect(TestImages.Random(PlanarFormat.I420, 2 * FamilyFixture.Width, 2 * FamilyFixture.Height, 1), faces);
        var expected = NaiveDecoders.Decode(fixture, Threshold).Where(row => row.Values[2] > 0 && row.Values[3] > 0).OrderByDescending(row => row.Score).ToList();
        var actual = faces.Select(Row).ToList();
        Assert.InRange(actual.Count, 20, expected.Count);
        foreach (var row in actual)
        {
            Assert.Contains(expected, other => row.Values.Zip(other.Values).All(pair => Same(pair.First, 2 * pair.Second)) && Math.Abs(row.Score - other.Score) < 1e-4);
        }

        // What is missing was merged: it overlaps a kept one almost wholly.
        Assert.All(faces.Zip(faces.Skip(1)), pair => Assert.True(pair.First.Score >= pair.Second.Score));
        Assert.True(expected.Count - actual.Count <= expected.Count / 5);
        Assert.Equal(family != "ultraface", faces[0].HasLandmarks);
    }

    private static bool Same(double actual, double expected) => (double.IsNaN(actual) && double.IsNaN(expected)) || Math.Abs(actual - expected) < 2e-3 * (1 + Math.Abs(expected));

    private static (double Score, double[] Values) Row(FaceDetection face) => (
        face.Score,
        [
            face.X, face.Y, face.Width, face.Height, face.RightEye.X, face.RightEye.Y, face.LeftEye.X, face.LeftEye.Y,
            face.Nose.X, face.Nose.Y, face.Mouth.X, face.Mouth.Y, face.RightEar.X, face.RightEar.Y, face.LeftEar.X, face.LeftEar.Y,
        ]);
}

/// <summary>Boxes and landmarks in input pixels: x, y, width, height, then six points; NaN where the family has none.</summary>
internal static class NaiveDecoders
{
    public static IEnumerable<(double Score, double[] Values)> Decode(FamilyFixture fixture, double threshold) => fixture.Family switch
    {
        "blazeface" => MediaPipe(fixture, threshold, [(8, 2), (16, 6)]),
        "mediapipe-full-range" => MediaPipe(fixture, threshold, [(4, 1)]),
        "yunet" => YuNet(fixture, threshold),
        "scrfd" => Scrfd(fixture, threshold),
        _ => UltraFace(fixture, threshold),
    };

    /// <summary>In normalised coordinates, as MediaPipe does it: anchors from its anchor generator, raw values divided by the scale.</summary>
    private static IEnumerable<(double Score, double[] Values)> MediaPipe(FamilyFixture fixture, double threshold, (int Stride, int PerCell)[] layers)
    {
        const double Scale = FamilyFixture.Width;
        for (var layer = 0; layer < layers.Length; layer++)
        {
            var map = FamilyFixture.Width / layers[layer].Stride;
            var anchors = new List<(double X, double Y)>();
            for (var y = 0; y < map; y++)
            {
                for (var x = 0; x < map; x++)
                {
                    anchors.AddRange(Enumerable.Repeat(((x + 0.5) / map, (y + 0.5) / map), layers[layer].PerCell));
                }
            }

            for (var a = 0; a < anchors.Count; a++)
            {
                var score = 1 / (1 + Math.Exp(-fixture.Outputs["scores"][layer][a]));
                if (score < threshold)
                {
                    continue;
                }

                var raw = fixture.Outputs["boxes"][layer].Skip(16 * a).Take(16).Select(value => value / Scale).ToArray();
                var (w, h) = (raw[2], raw[3]);
                var values = new List<double> { raw[0] + anchors[a].X - (w / 2), raw[1] + anchors[a].Y - (h / 2), w, h };
                for (var k = 0; k < 6; k++)
                {
                    values.Add(raw[4 + (2 * k)] + anchors[a].X);
                    values.Add(raw[5 + (2 * k)] + anchors[a].Y);
                }

                yield return (score, [.. values.Select(value => value * Scale)]);
            }
        }
    }

    private static IEnumerable<(double Score, double[] Values)> YuNet(FamilyFixture fixture, double threshold)
    {
        for (var s = 0; s < 3; s++)
        {
            var stride = 8 << s;
            var columns = FamilyFixture.Width / stride;
            for (var i = 0; i < columns * columns; i++)
            {
                var score = Math.Sqrt(Math.Clamp(fixture.Outputs["scores"][s][i], 0, 1) * Math.Clamp(fixture.Outputs["objectness"][s][i], 0.0, 1.0));
                if (score < threshold)
                {
                    continue;
                }

                var box = fixture.Outputs["boxes"][s].Skip(4 * i).Take(4).ToArray();
                var k = fixture.Outputs["points"][s].Skip(10 * i).Take(10).Select((value, n) => (value + (n % 2 == 0 ? i % columns : i / columns)) * (double)stride).ToArray();
                var (cx, cy) = (((i % columns) + box[0]) * stride, ((i / columns) + box[1]) * stride);
                var (w, h) = (Math.Exp(box[2]) * stride, Math.Exp(box[3]) * stride);
                yield return (score, Five([cx - (w / 2), cy - (h / 2), w, h], k));
            }
        }
    }

    private static IEnumerable<(double Score, double[] Values)> Scrfd(FamilyFixture fixture, double threshold)
    {
        for (var s = 0; s < 3; s++)
        {
            var stride = 8 << s;
            var columns = FamilyFixture.Width / stride;
            for (var i = 0; i < columns * columns * 2; i++)
            {
                double score = fixture.Outputs["scores"][s][i];
                if (score < threshold)
                {
                    continue;
                }

                double[] centre = [i / 2 % columns * stride, i / 2 / columns * stride];
                var d = fixture.Outputs["boxes"][s].Skip(4 * i).Take(4).Select(value => value * (double)stride).ToArray();
                var k = fixture.Outputs["points"][s].Skip(10 * i).Take(10).Select((value, n) => centre[n % 2] + (value * (double)stride)).ToArray();
                yield return (score, Five([centre[0] - d[0], centre[1] - d[1], d[0] + d[2], d[1] + d[3]], k));
            }
        }
    }

    private static IEnumerable<(double Score, double[] Values)> UltraFace(FamilyFixture fixture, double threshold)
    {
        for (var i = 0; i < fixture.Outputs["scores"][0].Length / 2; i++)
        {
            double score = fixture.Outputs["scores"][0][(2 * i) + 1];
            if (score >= threshold)
            {
                var box = fixture.Outputs["boxes"][0].Skip(4 * i).Take(4).Select(value => value * (double)FamilyFixture.Width).ToArray();
                yield return (score, [box[0], box[1], box[2] - box[0], box[3] - box[1], .. Enumerable.Repeat(double.NaN, 12)]);
            }
        }
    }

    private static double[] Five(double[] box, double[] k) =>
        [.. box, k[0], k[1], k[2], k[3], k[4], k[5], (k[6] + k[8]) / 2, (k[7] + k[9]) / 2, double.NaN, double.NaN, double.NaN, double.NaN];
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Affect.Vision.Alignment;
using Affect.Vision.Detection;
using Affect.Vision.Models;
using Affect.Vision.Pixels;
using Affect.Vision.Tests.Detection;

namespace Affect.Vision.Tests.Pixels;

/// <summary>
/// The crop here equals the crop in training/ (tests/data/crop-parity, written by training/tools/make_crop_parity.py): a mismatch would ruin accuracy without a word.
/// </summary>
public sealed class CropParityTests
{
    private static readonly string Folder = Path.Combine(TestModels.Root, "tests", "data", "crop-parity");

    public static TheoryData<string> Cases => [.. Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*.f32").Select(file => Path.GetFileNameWithoutExtension(file)!) : []];

    [Fact]
    public void Cases_AreThere() => Assert.True(Cases.Count >= 4, $"{Folder} holds {Cases.Count} cases.");

    /// <summary>Channel by channel, without the colour conversion: the samplers are the same function.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void SampleLuma_EqualsTraining_PerChannel(string name)
    {
        var parity = Parity.Load(Folder, name);
        var actual = new float[parity.Size * parity.Size];
        for (var c = 0; c < 3; c++)
        {
            var plane = parity.Rgb.Where((_, i) => i % 3 == c).ToArray();
            var image = PlanarImage.FromPacked(plane, PlanarFormat.Gray8, parity.Width, parity.Height, ColourMatrix.Bt601, ColourRange.Full);
            new CropSampler().SampleLuma(image, parity.Transform, actual, parity.Size, parity.Size);
            for (var i = 0; i < actual.Length; i++)
            {
                // float32 arithmetic on 0..255 in a different order.
                Assert.Equal(parity.Expected[(3 * i) + c], actual[i], 0.01f);
            }
        }
    }

    /// <summary>Through 8-bit YUV 4:4:4, as a decoded frame comes: rounding to 8 bits is all that differs.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Sample_EqualsTraining_BelowOneLevel(string name)
    {
        var parity = Parity.Load(Folder, name);
        var planes = new byte[parity.Rgb.Length];
        var count = parity.Width * parity.Height;
        for (var i = 0; i < count; i++)
        {
            var (r, g, b) = (parity.Rgb[3 * i], parity.Rgb[(3 * i) + 1], parity.Rgb[(3 * i) + 2]);
            var y = (0.299 * r) + (0.587 * g) + (0.114 * b);
            planes[i] = (byte)Math.Round(y);
            planes[count + i] = (byte)Math.Clamp(Math.Round(((b - y) / 1.772) + 128), 0, 255);
            planes[(2 * count) + i] = (byte)Math.Clamp(Math.Round(((r - y) / 1.402) + 128), 0, 255);
        }

        var image = PlanarImage.FromPacked(planes, PlanarFormat.I444, parity.Width, parity.Height, ColourMatrix.Bt601, ColourRange.Full);
        var format = new TensorFormat(TensorLayout.Nchw, ChannelOrder.Rgb, 0, 255, [0, 0, 0], [1, 1, 1]);
        var actual = new float[3 * parity.Size * parity.Size];
        new CropSampler().Sample(image, parity.Transform, format, actual, parity.Size, parity.Size);
        var total = 0.0;
        for (var i = 0; i < actual.Length; i++)
        {
            var (channel, pixel) = (i / (parity.Size * parity.Size), i % (parity.Size * parity.Size));
            total += Math.Abs(actual[i] - parity.Expected[(3 * pixel) + channel]);
        }

        Assert.InRange(total / actual.Length, 0, 1);
    }

    private sealed record Parity(byte[] Rgb, int Width, int Height, int Size, SimilarityTransform Transform, float[] Expected)
    {
        public static Parity Load(string folder, string name)
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
            var root = document.RootElement;
            var size = root.GetProperty("size").GetInt32();
            var template = Points(root.GetProperty("template"));
            var item = root.GetProperty("cases").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name);
            var points = Points(item.GetProperty("points"));
            var picture = Path.Combine(folder, item.GetProperty("image").GetString()!);
            var (width, height) = PngSize(picture);
            var face = FaceDetection.BoxOnly(0, 0, 1, 1, 1) with
            {
                RightEye = new(points[0].X, points[0].Y), LeftEye = new(points[1].X, points[1].Y), Nose = new(points[2].X, points[2].Y), Mouth = new(points[3].X, points[3].Y),
            };
            var crop = new FaceCrop.Similarity([FacePointName.RightEye, FacePointName.LeftEye, FacePointName.Nose, FacePointName.Mouth], template);
            var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, item.GetProperty("expected").GetString()!))).ToArray();
            return new Parity(Decode(picture, 3 * width * height), width, height, size, FaceAlignment.Crop(crop, face, size, size), expected);
        }

        private static (float X, float Y)[] Points(JsonElement list) => [.. list.EnumerateArray().Select(point => (point[0].GetSingle(), point[1].GetSingle()))];

        private static (int Width, int Height) PngSize(string file)
        {
            var header = File.ReadAllBytes(file).AsSpan(16, 8);
            return (System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(header), System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(header[4..]));
        }

        private static byte[] Decode(string file, int length) => Clips.Ffmpeg(length, "-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24", "-");
    }
}

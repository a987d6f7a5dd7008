using Affect.Vision.Pixels;

namespace Affect.Vision.Tests.Pixels;

/// <summary>Synthetic frames with padding between the rows, so that a mixed-up stride shows.</summary>
internal static class TestImages
{
    public static PlanarImage Random(
        PlanarFormat format, int width, int height, int seed, ColourMatrix matrix = ColourMatrix.Bt601, ColourRange range = ColourRange.Limited)
    {
        var random = new Random(seed);
        var (chromaWidth, chromaHeight) = format switch
        {
            PlanarFormat.I420 => ((width + 1) / 2, (height + 1) / 2),
            PlanarFormat.I444 => (width, height),
            _ => (0, 0),
        };
        var (strideY, strideUv) = (width + 13, chromaWidth + 7);
        return new PlanarImage(
            format, width, height,
            Plane(strideY, height), strideY,
            chromaWidth == 0 ? default : Plane(strideUv, chromaHeight), chromaWidth == 0 ? default : Plane(strideUv, chromaHeight),
            chromaWidth == 0 ? 0 : strideUv,
            matrix, range);

        byte[] Plane(int stride, int rows)
        {
            // Blocks of 5 pixels with noise: structure at several scales.
            var bytes = new byte[stride * rows];
            for (var i = 0; i < bytes.Length; i++)
            {
                var (x, y) = (i % stride, i / stride);
                bytes[i] = (byte)Math.Clamp((((x / 5 * 37) + (y / 5 * 59)) % 200) + random.Next(56), 0, 255);
            }

            return bytes;
        }
    }

    public static byte At(Plane plane, int x, int y) =>
        plane.Samples.Span[(Math.Clamp(y, 0, plane.Height - 1) * plane.StrideBytes) + Math.Clamp(x, 0, plane.Width - 1)];

    public static TensorFormat Format(TensorLayout layout, ChannelOrder order) =>
        new(layout, order, -1, 1, [0.1f, 0.2f, 0.3f], [0.5f, 0.6f, 0.7f]);
}

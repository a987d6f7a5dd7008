using Affect.Vision.Detection;
using Affect.Vision.Models;
using Affect.Vision.Pixels;

namespace Affect.Vision.Alignment;

/// <summary>
/// Measures a face's luma crop: sharpness and a small picture of it for the tracker. One object per lane: not thread safe. Allocates nothing after construction but
/// for the sampler's growth to the largest face.
/// </summary>
public sealed class FaceMeasurer
{
    /// <summary>The thumbnail's side: luma, uint8 [8, 8], row by row.</summary>
    public const int AppearanceSidePixels = 8;

    private readonly CropSampler _sampler = new();
    private readonly FaceCrop _crop;
    private readonly int _width;
    private readonly int _height;
    private readonly float[] _luma;

    /// <param name="crop">The crop of the model whose input size is given.</param>
    public FaceMeasurer(FaceCrop crop, int widthPixels, int heightPixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(widthPixels, AppearanceSidePixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(heightPixels, AppearanceSidePixels);
        _crop = crop;
        _width = widthPixels;
        _height = heightPixels;
        _luma = new float[widthPixels * heightPixels];
    }

    /// <summary>
    /// The variance of the Laplacian (4 neighbours) of the luma crop, in 8-bit levels squared. It falls with blur, and where a small face is enlarged to the crop.
    /// </summary>
    /// <param name="appearance">Receives the thumbnail; 64 bytes.</param>
    public float Measure(in PlanarImage image, in FaceDetection face, Span<byte> appearance)
    {
        if (appearance.Length != AppearanceSidePixels * AppearanceSidePixels)
        {
            throw new ArgumentException($"The thumbnail holds {AppearanceSidePixels * AppearanceSidePixels} bytes.", nameof(appearance));
        }

        _sampler.SampleLuma(image, FaceAlignment.Crop(_crop, face, _width, _height), _luma, _width, _height);
        Shrink(appearance);
        return (float)LaplacianVariance(_luma, _width, _height);
    }

    internal static double LaplacianVariance(ReadOnlySpan<float> luma, int width, int height)
    {
        double sum = 0, squares = 0;
        for (var y = 1; y < height - 1; y++)
        {
            for (var x = 1; x < width - 1; x++)
            {
                var at = (y * width) + x;
                double value = luma[at - 1] + luma[at + 1] + luma[at - width] + luma[at + width] - (4 * luma[at]);
                sum += value;
                squares += value * value;
            }
        }

        var count = (width - 2) * (height - 2);
        return Math.Max(0, (squares / count) - (sum / count * (sum / count)));
    }

    private void Shrink(Span<byte> appearance)
    {
        for (var row = 0; row < AppearanceSidePixels; row++)
        {
            var (top, bottom) = (row * _height / AppearanceSidePixels, (row + 1) * _height / AppearanceSidePixels);
            for (var column = 0; column < AppearanceSidePixels; column++)
            {
                var (left, right) = (column * _width / AppearanceSidePixels, (column + 1) * _width / AppearanceSidePixels);
                var sum = 0f;
                for (var y = top; y < bottom; y++)
                {
                    for (var x = left; x < right; x++)
                    {
                        sum += _luma[(y * _width) + x];
                    }
                }

                appearance[(row * AppearanceSidePixels) + column] = (byte)Math.Clamp(MathF.Round(sum / ((bottom - top) * (right - left))), 0, 255);
            }
        }
    }
}

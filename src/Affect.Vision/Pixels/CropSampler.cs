using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Affect.Vision.Pixels;

/// <summary>
/// Cuts a rotated, scaled rectangle out of a frame into one image of a model's input tensor ("bilinear-mip"; docs/formats/model.md): with s
/// frame pixels per crop pixel, the plane is averaged over f x f blocks aligned to its origin, f = max(1, floor(s)) (the last, partial blocks
/// average what is there), then sampled bilinearly at the crop's pixel centres, the border repeated. Each plane is sampled with its own
/// scale, and colours are converted at crop size. Must stay equal to the sampler in training/.
/// Not thread safe: one per lane. Allocates nothing once it has seen the largest face.
/// </summary>
public sealed class CropSampler
{
    private float[] _blocks = [];
    private float[] _rows = [];
    private int[] _columnSums = [];

    /// <summary>Samples a colour crop.</summary>
    /// <param name="tensor">One image: 3 * <paramref name="width"/> * <paramref name="height"/> values.</param>
    public void Sample(in PlanarImage image, in SimilarityTransform crop, TensorFormat format, Span<float> tensor, int width, int height)
    {
        var count = width * height;
        if (_rows.Length < 3 * count)
        {
            _rows = new float[3 * count];
        }

        var y = _rows.AsSpan(0, count);
        var u = Span<float>.Empty;
        var v = Span<float>.Empty;
        SamplePlane(image.Luma, crop, 1.0, y, width, height);
        if (image.Format != PlanarFormat.Gray8)
        {
            var share = image.Format == PlanarFormat.I420 ? 0.5 : 1.0;
            u = _rows.AsSpan(count, count);
            v = _rows.AsSpan(2 * count, count);
            SamplePlane(image.U, crop, share, u, width, height);
            SamplePlane(image.V, crop, share, v, width, height);
        }

        var colour = YuvToRgb.For(image.Matrix, image.Range);
        RgbTensorWriter.WriteRow(colour, format, y, u, v, tensor, count, 0, count);
    }

    /// <summary>Samples the luma plane alone, as stored (no range conversion), in 0..255.</summary>
    public void SampleLuma(in PlanarImage image, in SimilarityTransform crop, Span<float> target, int width, int height) =>
        SamplePlane(image.Luma, crop, 1.0, target, width, height);

    private void SamplePlane(in Plane plane, in SimilarityTransform crop, double share, Span<float> target, int width, int height)
    {
        var factor = Math.Max(1, (int)Math.Floor((crop.FramePixelsPerCropPixel * share)));
        var toBlocks = share / factor;
        var (a, b) = (crop.A * toBlocks, crop.B * toBlocks);
        var (tx, ty) = ((crop.Tx * toBlocks) - 0.5, (crop.Ty * toBlocks) - 0.5);

        var blockColumns = (plane.Width + factor - 1) / factor;
        var blockRows = (plane.Height + factor - 1) / factor;
        var (left, right) = Extent(a, -b, tx, width, height, blockColumns);
        var (top, bottom) = Extent(b, a, ty, width, height, blockRows);
        var columns = right - left + 1;
        var rows = bottom - top + 1;
        if (_blocks.Length < columns * rows)
        {
            _blocks = new float[columns * rows];
        }

        Average(plane, factor, left, top, columns, rows);
        Bilinear(a, b, tx - left, ty - top, columns, rows, target, width, height);
    }

    /// <summary>First and last block that the crop can touch on one axis: position = p * x + q * y + t over the crop's pixel centres.</summary>
    private static (int First, int Last) Extent(double p, double q, double t, int width, int height, int blocks)
    {
        var (x0, x1) = (p * 0.5, p * (width - 0.5));
        var (y0, y1) = (q * 0.5, q * (height - 0.5));
        var low = t + Math.Min(x0, x1) + Math.Min(y0, y1);
        var high = t + Math.Max(x0, x1) + Math.Max(y0, y1);
        var first = (int)Math.Clamp(Math.Floor(low), 0, blocks - 1);
        var last = (int)Math.Clamp(Math.Floor(high) + 1, first, blocks - 1);
        return (first, last);
    }

    private void Average(in Plane plane, int factor, int left, int top, int columns, int rows)
    {
        var samples = plane.Samples.Span;
        var firstColumn = left * factor;
        var sampleColumns = Math.Min(plane.Width, (left + columns) * factor) - firstColumn;
        if (factor > 1 && _columnSums.Length < sampleColumns)
        {
            _columnSums = new int[sampleColumns];
        }

        for (var r = 0; r < rows; r++)
        {
            var target = _blocks.AsSpan(r * columns, columns);
            var firstRow = (top + r) * factor;
            if (factor == 1)
            {
                var row = samples.Slice((firstRow * plane.StrideBytes) + firstColumn, columns);
                for (var c = 0; c < columns; c++)
                {
                    target[c] = row[c];
                }

                continue;
            }

            var sampleRows = Math.Min(plane.Height, firstRow + factor) - firstRow;
            var sums = _columnSums.AsSpan(0, sampleColumns);
            SumRows(samples[((firstRow * plane.StrideBytes) + firstColumn)..], plane.StrideBytes, sampleRows, sums);
            for (var c = 0; c < columns; c++)
            {
                var block = sums[(c * factor)..Math.Min(sampleColumns, (c + 1) * factor)];
                var total = 0;
                foreach (var sum in block)
                {
                    total += sum;
                }

                target[c] = (float)total / (block.Length * sampleRows);
            }
        }
    }

    /// <summary>Adds rows up column by column, sixteen columns at a time in registers. Fully compiled at its first call: it is hot from the first frame on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumRows(ReadOnlySpan<byte> samples, int stride, int rows, Span<int> sums)
    {
        // The wide loads below stay inside of the rows that this slice ends with.
        samples = samples[..(((rows - 1) * stride) + sums.Length)];
        ref var source = ref MemoryMarshal.GetReference(samples);
        ref var sum = ref MemoryMarshal.GetReference(sums);
        var x = 0;
        if (Avx2.IsSupported)
        {
            var ahead = rows * stride;
            for (; x <= sums.Length - 16; x += 16)
            {
                var (left, right) = (Vector256<int>.Zero, Vector256<int>.Zero);
                ref var at = ref Unsafe.Add(ref source, x);
                for (var row = 0; row < rows; row++)
                {
                    var bytes = Vector128.LoadUnsafe(ref at);
                    Prefetch.Ahead(ref at, ahead);
                    left += Avx2.ConvertToVector256Int32(bytes);
                    right += Avx2.ConvertToVector256Int32(Sse2.ShiftRightLogical128BitLane(bytes, 8));
                    at = ref Unsafe.Add(ref at, stride);
                }

                left.StoreUnsafe(ref sum, (nuint)x);
                right.StoreUnsafe(ref sum, (nuint)x + 8);
            }
        }

        for (; x < sums.Length; x++)
        {
            var total = 0;
            for (var row = 0; row < rows; row++)
            {
                total += samples[(row * stride) + x];
            }

            sums[x] = total;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Bilinear(double a, double b, double tx, double ty, int columns, int rows, Span<float> target, int width, int height)
    {
        ref var blocks = ref MemoryMarshal.GetReference(_blocks.AsSpan());
        var (maxX, maxY) = ((double)(columns - 1), (double)(rows - 1));
        for (var row = 0; row < height; row++)
        {
            var fromX = (a * 0.5) - (b * (row + 0.5)) + tx;
            var fromY = (b * 0.5) + (a * (row + 0.5)) + ty;
            for (var column = 0; column < width; column++)
            {
                // The region was cut where the plane ends, so clamping to it repeats the plane's border.
                var x = Math.Min(Math.Max(fromX + (a * column), 0), maxX);
                var y = Math.Min(Math.Max(fromY + (b * column), 0), maxY);
                var (x0, y0) = ((int)x, (int)y);
                var (fx, fy) = ((float)(x - x0), (float)(y - y0));
                var right = x0 < columns - 1 ? 1 : 0;
                ref var upper = ref Unsafe.Add(ref blocks, (y0 * columns) + x0);
                ref var lower = ref Unsafe.Add(ref upper, y0 < rows - 1 ? columns : 0);
                var above = upper + ((Unsafe.Add(ref upper, right) - upper) * fx);
                var below = lower + ((Unsafe.Add(ref lower, right) - lower) * fx);
                target[(row * width) + column] = above + ((below - above) * fy);
            }
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Affect.Vision.Pixels;

/// <summary>
/// Makes a smaller image of a detector's input tensor out of a larger one of the same frame, by averaging blocks. With the frame's upper left corner as the
/// origin of both, this equals sampling the frame again with a step that is a whole multiple of the first one (area averages of area averages), but for blocks
/// that the frame's right or lower edge cuts, whose samples count alike whatever part of them lies inside. Not thread safe.
/// </summary>
internal sealed class TensorShrinker
{
    private float[] _sums = [];

    /// <param name="source">One image, float32 [3, <paramref name="height"/>, <paramref name="width"/>].</param>
    /// <param name="inside">Columns and rows of the source that show the frame; what lies beyond is black.</param>
    /// <param name="factor">Side of a block.</param>
    /// <param name="format">Of both; planar.</param>
    /// <param name="target">One image, float32 [3, <paramref name="targetHeight"/>, <paramref name="targetWidth"/>].</param>
    /// <param name="targetInside">Columns and rows of the target that show the frame.</param>
    public void Shrink(
        ReadOnlySpan<float> source,
        int width,
        int height,
        (int Columns, int Rows) inside,
        int factor,
        TensorFormat format,
        Span<float> target,
        int targetWidth,
        int targetHeight,
        (int Columns, int Rows) targetInside)
    {
        if (format.Layout != TensorLayout.Nchw)
        {
            throw new ArgumentException("Only planar tensors can be shrunk.", nameof(format));
        }

        if (_sums.Length < width)
        {
            _sums = new float[width];
        }

        for (var channel = 0; channel < 3; channel++)
        {
            var from = source.Slice(channel * width * height, width * height);
            var to = target.Slice(channel * targetWidth * targetHeight, targetWidth * targetHeight);
            for (var row = 0; row < targetHeight; row++)
            {
                var line = to.Slice(row * targetWidth, targetWidth);
                var rows = Math.Min(factor, inside.Rows - (row * factor));
                if (row >= targetInside.Rows || rows <= 0)
                {
                    line.Fill(format.Bias[channel]);
                    continue;
                }

                var sums = _sums.AsSpan(0, inside.Columns);
                AddRows(from[(row * factor * width)..], width, rows, sums);
                var columns = Average(sums, factor, rows, line[..targetInside.Columns]);
                line[columns..].Fill(format.Bias[channel]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRows(ReadOnlySpan<float> from, int stride, int rows, Span<float> sums)
    {
        ref var source = ref MemoryMarshal.GetReference(from);
        ref var sum = ref MemoryMarshal.GetReference(sums);
        var ahead = rows * stride;
        var x = 0;
        for (; x <= sums.Length - Vector512<float>.Count; x += Vector512<float>.Count)
        {
            var total = Vector512.LoadUnsafe(ref source, (nuint)x);
            Prefetch.Ahead(ref Unsafe.Add(ref source, x), ahead);
            for (var row = 1; row < rows; row++)
            {
                total += Vector512.LoadUnsafe(ref source, (nuint)((row * stride) + x));
                Prefetch.Ahead(ref Unsafe.Add(ref source, (row * stride) + x), ahead);
            }

            total.StoreUnsafe(ref sum, (nuint)x);
        }

        for (; x < sums.Length; x++)
        {
            sums[x] = from[x];
            for (var row = 1; row < rows; row++)
            {
                sums[x] += from[(row * stride) + x];
            }
        }
    }

    /// <returns>How many targets were written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Average(ReadOnlySpan<float> sums, int factor, int rows, Span<float> line)
    {
        var share = 1f / (factor * rows);
        var x = 0;
        if (factor == 3)
        {
            for (; x < line.Length && (3 * x) + 3 <= sums.Length; x++)
            {
                line[x] = (sums[3 * x] + sums[(3 * x) + 1] + sums[(3 * x) + 2]) * share;
            }
        }

        for (; x < line.Length && x * factor < sums.Length; x++)
        {
            var block = sums[(x * factor)..Math.Min(sums.Length, (x + 1) * factor)];
            var total = 0f;
            foreach (var sum in block)
            {
                total += sum;
            }

            line[x] = total / (block.Length * rows);
        }

        return x;
    }
}

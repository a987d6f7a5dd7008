using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Affect.Vision.Pixels;

/// <summary>
/// Resamples a plane row by row with the weights of two <see cref="AxisTaps"/>: first down the columns (vectorised over x), then along the
/// row. Not thread safe; allocates only when a larger plane arrives. The loops are compiled in full at their first call: AVX-512 code cannot be compiled ahead of
/// time for every processor, and a first, quick compilation of it would cost more than it spares.
/// </summary>
internal sealed class PlaneResampler
{
    private const int RegisterSamples = 32;
    private float[] _column = [];

    /// <summary>Computes target row <paramref name="row"/>, columns <c>horizontal.First</c> to <c>horizontal.End</c>, in 0..255.</summary>
    public void Row(in Plane plane, AxisTaps vertical, AxisTaps horizontal, int row, Span<float> target)
    {
        var first = horizontal.SourceFirst;
        var width = horizontal.SourceEnd - first;
        if (_column.Length < width + RegisterSamples)
        {
            _column = new float[width + RegisterSamples];
        }

        Columns(plane, vertical, row, first, width, _column);
        Along(_column, first, horizontal, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns(in Plane plane, AxisTaps vertical, int row, int first, int width, Span<float> sums)
    {
        var samples = plane.Samples.Span;
        var weights = vertical.Weights.Slice(row * vertical.TapCount, vertical.TapCount);
        var top = (vertical.Starts[row] * plane.StrideBytes) + first;
        ref var source = ref MemoryMarshal.GetReference(samples);
        ref var sum = ref MemoryMarshal.GetReference(sums);
        var x = 0;
        if (Avx512F.IsSupported)
        {
            ref var weight = ref MemoryMarshal.GetReference(weights);
            var ahead = (weights.Length - 1) * plane.StrideBytes;
            for (; x <= width - 32; x += 32)
            {
                var (left, right) = (Vector512<float>.Zero, Vector512<float>.Zero);
                ref var at = ref Unsafe.Add(ref source, top + x);
                for (var t = 0; t < weights.Length; t++)
                {
                    var share = Vector512.Create(Unsafe.Add(ref weight, t));
                    left += Widen(ref at, 0) * share;
                    right += Widen(ref at, 16) * share;
                    Prefetch.Ahead(ref at, ahead);
                    at = ref Unsafe.Add(ref at, plane.StrideBytes);
                }

                left.StoreUnsafe(ref sum, (nuint)x);
                right.StoreUnsafe(ref sum, (nuint)x + 16);
            }
        }
        else if (Avx2.IsSupported)
        {
            for (; x <= width - 8; x += 8)
            {
                var total = Vector256<float>.Zero;
                for (var t = 0; t < weights.Length; t++)
                {
                    ref var at = ref Unsafe.Add(ref source, top + (t * plane.StrideBytes) + x);
                    var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref at)).AsByte();
                    total += Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(bytes)) * weights[t];
                }

                total.StoreUnsafe(ref sum, (nuint)x);
            }
        }

        for (; x < width; x++)
        {
            var total = 0f;
            for (var t = 0; t < weights.Length; t++)
            {
                total += samples[top + (t * plane.StrideBytes) + x] * weights[t];
            }

            sums[x] = total;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widen(ref byte samples, nuint offset) =>
        Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(ref samples, offset)));

    private static unsafe void Along(ReadOnlySpan<float> column, int first, AxisTaps horizontal, Span<float> target)
    {
        fixed (float* source = column, weights = horizontal.WeightsByTap, to = target)
        fixed (int* starts = horizontal.Starts)
        {
            var from = source - first;
            var j = horizontal.First;
            if (Avx512F.IsSupported)
            {
                j = AlongPermuted(from, starts, weights, horizontal, to);
            }
            else if (Avx2.IsSupported)
            {
                j = AlongGathered(from, starts, weights, horizontal, to);
            }

            for (; j < horizontal.End; j++)
            {
                var total = from[starts[j]] * weights[j];
                for (var t = 1; t < horizontal.TapCount; t++)
                {
                    total += from[starts[j] + t] * weights[(t * horizontal.Count) + j];
                }

                to[j] = total;
            }
        }
    }

    /// <summary>
    /// Neighbouring targets read within 32 samples, which two registers hold: each tap is one permutation of them. As many targets at once as the step allows;
    /// additions in the order of one by one, so every path gives the same bits.
    /// </summary>
    /// <returns>The first target that is left.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe int AlongPermuted(float* from, int* starts, float* weights, AxisTaps horizontal, float* to)
    {
        var (j, end, count, taps) = (horizontal.First, horizontal.End, horizontal.Count, horizontal.TapCount);
        if (horizontal.SpanOf16 is > 0 and <= RegisterSamples)
        {
            for (; j <= end - 16; j += 16)
            {
                var at = Vector512.Load(starts + j) - Vector512.Create(starts[j]);
                var (low, high) = (Vector512.Load(from + starts[j]), Vector512.Load(from + starts[j] + 16));
                var total = Avx512F.PermuteVar16x32x2(low, at, high) * Vector512.Load(weights + j);
                for (var t = 1; t < taps; t++)
                {
                    at += Vector512<int>.One;
                    total += Avx512F.PermuteVar16x32x2(low, at, high) * Vector512.Load(weights + (t * count) + j);
                }

                total.Store(to + j);
            }
        }

        if (horizontal.SpanOf8 is > 0 and <= RegisterSamples)
        {
            for (; j <= end - 8; j += 8)
            {
                var at = (Vector256.Load(starts + j) - Vector256.Create(starts[j])).ToVector512();
                var (low, high) = (Vector512.Load(from + starts[j]), Vector512.Load(from + starts[j] + 16));
                var total = Avx512F.PermuteVar16x32x2(low, at, high).GetLower() * Vector256.Load(weights + j);
                for (var t = 1; t < taps; t++)
                {
                    at += Vector512<int>.One;
                    total += Avx512F.PermuteVar16x32x2(low, at, high).GetLower() * Vector256.Load(weights + (t * count) + j);
                }

                total.Store(to + j);
            }
        }

        if (horizontal.SpanOf4 is > 0 and <= RegisterSamples)
        {
            for (; j <= end - 4; j += 4)
            {
                var at = (Vector128.Load(starts + j) - Vector128.Create(starts[j])).ToVector256().ToVector512();
                var (low, high) = (Vector512.Load(from + starts[j]), Vector512.Load(from + starts[j] + 16));
                var total = Avx512F.PermuteVar16x32x2(low, at, high).GetLower().GetLower() * Vector128.Load(weights + j);
                for (var t = 1; t < taps; t++)
                {
                    at += Vector512<int>.One;
                    total += Avx512F.PermuteVar16x32x2(low, at, high).GetLower().GetLower() * Vector128.Load(weights + (t * count) + j);
                }

                total.Store(to + j);
            }

            return j;
        }

        return AlongGathered(from, starts, weights, horizontal, to);
    }

    /// <summary>Eight targets at once: their taps lie apart by the step, so they are gathered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe int AlongGathered(float* from, int* starts, float* weights, AxisTaps horizontal, float* to)
    {
        var j = horizontal.First;
        for (; j <= horizontal.End - 8; j += 8)
        {
            var at = Vector256.Load(starts + j);
            var total = Avx2.GatherVector256(from, at, 4) * Vector256.Load(weights + j);
            for (var t = 1; t < horizontal.TapCount; t++)
            {
                total += Avx2.GatherVector256(from + t, at, 4) * Vector256.Load(weights + (t * horizontal.Count) + j);
            }

            total.Store(to + j);
        }

        return j;
    }
}

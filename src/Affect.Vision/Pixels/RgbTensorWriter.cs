using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Affect.Vision.Pixels;

/// <summary>Turns rows of sampled Y, U, V values (float, 0..255) into rows of an image tensor.</summary>
internal static class RgbTensorWriter
{
    /// <summary>Writes one row of <paramref name="width"/> pixels. <paramref name="u"/> and <paramref name="v"/> are empty for grey images.</summary>
    /// <param name="tensor">One image of the tensor: 3 * <paramref name="planeLength"/> values.</param>
    /// <param name="planeLength">Rows times columns of the tensor's image.</param>
    /// <param name="offset">Index of the row's first pixel inside the image.</param>
    public static void WriteRow(
        in YuvToRgb colour,
        TensorFormat format,
        ReadOnlySpan<float> y,
        ReadOnlySpan<float> u,
        ReadOnlySpan<float> v,
        Span<float> tensor,
        int planeLength,
        int offset,
        int width)
    {
        if (format.Layout == TensorLayout.Nhwc)
        {
            WriteInterleaved(colour, format, y, u, v, tensor.Slice(3 * offset, 3 * width), width);
            return;
        }

        var (red, green, blue) = ChannelIndices(format);
        WritePlanar(
            colour,
            format,
            y[..width],
            u,
            v,
            tensor.Slice((red * planeLength) + offset, width),
            tensor.Slice((green * planeLength) + offset, width),
            tensor.Slice((blue * planeLength) + offset, width));
    }

    /// <summary>Fills a row with black.</summary>
    public static void WriteBlack(TensorFormat format, Span<float> tensor, int planeLength, int offset, int width)
    {
        if (format.Layout == TensorLayout.Nhwc)
        {
            for (var x = 0; x < width; x++)
            {
                format.Bias.CopyTo(tensor[(3 * (offset + x))..]);
            }

            return;
        }

        for (var c = 0; c < 3; c++)
        {
            tensor.Slice((c * planeLength) + offset, width).Fill(format.Bias[c]);
        }
    }

    private static (int Red, int Green, int Blue) ChannelIndices(TensorFormat format) =>
        format.Channels == ChannelOrder.Bgr ? (2, 1, 0) : (0, 1, 2);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WritePlanar(
        in YuvToRgb colour,
        TensorFormat format,
        ReadOnlySpan<float> y,
        ReadOnlySpan<float> u,
        ReadOnlySpan<float> v,
        Span<float> red,
        Span<float> green,
        Span<float> blue)
    {
        var (r, g, b) = ChannelIndices(format);
        var scale = format.Scale;
        var bias = format.Bias;
        var grey = u.IsEmpty;
        var x = 0;
        for (; x <= y.Length - Vector<float>.Count; x += Vector<float>.Count)
        {
            var luma = (Load(y, x) - new Vector<float>(colour.LumaBlack)) * colour.LumaScale;
            var cb = grey ? Vector<float>.Zero : Load(u, x) - new Vector<float>(128f);
            var cr = grey ? Vector<float>.Zero : Load(v, x) - new Vector<float>(128f);
            Store(red, x, (Clamp(luma + (cr * colour.RedV)) * scale[r]) + new Vector<float>(bias[r]));
            Store(green, x, (Clamp(luma + (cb * colour.GreenU) + (cr * colour.GreenV)) * scale[g]) + new Vector<float>(bias[g]));
            Store(blue, x, (Clamp(luma + (cb * colour.BlueU)) * scale[b]) + new Vector<float>(bias[b]));
        }

        for (; x < y.Length; x++)
        {
            var (pr, pg, pb) = grey ? colour.Convert(y[x], 128, 128) : colour.Convert(y[x], u[x], v[x]);
            red[x] = (pr * scale[r]) + bias[r];
            green[x] = (pg * scale[g]) + bias[g];
            blue[x] = (pb * scale[b]) + bias[b];
        }
    }

    private static void WriteInterleaved(
        in YuvToRgb colour,
        TensorFormat format,
        ReadOnlySpan<float> y,
        ReadOnlySpan<float> u,
        ReadOnlySpan<float> v,
        Span<float> row,
        int width)
    {
        var (r, g, b) = ChannelIndices(format);
        var scale = format.Scale;
        var bias = format.Bias;
        for (var x = 0; x < width; x++)
        {
            var (pr, pg, pb) = u.IsEmpty ? colour.Convert(y[x], 128, 128) : colour.Convert(y[x], u[x], v[x]);
            row[(3 * x) + r] = (pr * scale[r]) + bias[r];
            row[(3 * x) + g] = (pg * scale[g]) + bias[g];
            row[(3 * x) + b] = (pb * scale[b]) + bias[b];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Load(ReadOnlySpan<float> values, int at) =>
        Vector.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Span<float> values, int at, Vector<float> value) =>
        value.StoreUnsafe(ref MemoryMarshal.GetReference(values), (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Clamp(Vector<float> value) =>
        Vector.Min(Vector.Max(value, Vector<float>.Zero), new Vector<float>(255f));
}

namespace Affect.Vision.Pixels;

/// <summary>
/// Samples a square-pixel, axis-parallel region of a frame into one image of a detector's input tensor, shrinking by area average and
/// enlarging by linear interpolation. What lies outside of the frame is black. Each plane is resampled on its own, and colours are
/// converted at the target size. Not thread safe: one per lane. Allocates nothing once it has seen the largest geometry.
/// </summary>
public sealed class RegionSampler
{
    private readonly PlaneResampler _resampler = new();
    private readonly AxisTaps _lumaX = new();
    private readonly AxisTaps _lumaY = new();
    private readonly AxisTaps _chromaX = new();
    private readonly AxisTaps _chromaY = new();
    private float[] _rows = [];

    /// <param name="left">Left edge of the region in frame pixels; may be negative.</param>
    /// <param name="top">Upper edge of the region in frame pixels; may be negative.</param>
    /// <param name="step">Frame pixels per tensor pixel.</param>
    /// <param name="tensor">One image: 3 * <paramref name="width"/> * <paramref name="height"/> values.</param>
    public void Sample(
        in PlanarImage image, double left, double top, double step, TensorFormat format, Span<float> tensor, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(step);
        var colour = YuvToRgb.For(image.Matrix, image.Range);
        var grey = image.Format == PlanarFormat.Gray8;
        var share = image.Format == PlanarFormat.I420 ? 0.5 : 1.0;
        _lumaX.Compute(width, image.WidthPixels, left, step);
        _lumaY.Compute(height, image.HeightPixels, top, step);
        if (!grey)
        {
            _chromaX.Compute(width, image.U.Width, left * share, step * share, image.WidthPixels, left, step);
            _chromaY.Compute(height, image.U.Height, top * share, step * share, image.HeightPixels, top, step);
        }

        if (_rows.Length < 3 * width)
        {
            _rows = new float[3 * width];
        }

        var (first, end) = (_lumaX.First, _lumaX.End);
        var y = _rows.AsSpan(0, width);
        var u = grey ? default : _rows.AsSpan(width, width);
        var v = grey ? default : _rows.AsSpan(2 * width, width);
        for (var row = 0; row < height; row++)
        {
            var offset = row * width;
            if (row < _lumaY.First || row >= _lumaY.End || first == end)
            {
                RgbTensorWriter.WriteBlack(format, tensor, width * height, offset, width);
                continue;
            }

            _resampler.Row(image.Luma, _lumaY, _lumaX, row, y);
            if (!grey)
            {
                _resampler.Row(image.U, _chromaY, _chromaX, row, u);
                _resampler.Row(image.V, _chromaY, _chromaX, row, v);
            }

            RgbTensorWriter.WriteBlack(format, tensor, width * height, offset, first);
            RgbTensorWriter.WriteBlack(format, tensor, width * height, offset + end, width - end);
            RgbTensorWriter.WriteRow(
                colour, format, y[first..end], grey ? default : u[first..end], grey ? default : v[first..end],
                tensor, width * height, offset + first, end - first);
        }
    }
}

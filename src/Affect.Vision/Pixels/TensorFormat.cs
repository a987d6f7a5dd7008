namespace Affect.Vision.Pixels;

public enum TensorLayout
{
    Unknown = 0,

    /// <summary>[N, channel, row, column].</summary>
    Nchw = 1,

    /// <summary>[N, row, column, channel].</summary>
    Nhwc = 2,
}

public enum ChannelOrder
{
    Unknown = 0,
    Rgb = 1,
    Bgr = 2,
}

/// <summary>
/// What a network's image tensor holds: float32, three channels, value = pixel (0..255) * <c>Scale[c]</c> + <c>Bias[c]</c>, where c counts
/// the channels in <see cref="Channels"/> order.
/// </summary>
public sealed class TensorFormat
{
    private readonly float[] _scale;
    private readonly float[] _bias;

    /// <param name="low">Value of a black pixel before mean and std.</param>
    /// <param name="high">Value of a white pixel before mean and std.</param>
    /// <param name="mean">Subtracted, per channel in the tensor's own order.</param>
    /// <param name="std">Divided by, per channel in the tensor's own order; positive.</param>
    public TensorFormat(TensorLayout layout, ChannelOrder channels, float low, float high, ReadOnlySpan<float> mean, ReadOnlySpan<float> std)
    {
        if (mean.Length != 3 || std.Length != 3)
        {
            throw new ArgumentException("mean and std have three values each.");
        }

        Layout = layout;
        Channels = channels;
        _scale = new float[3];
        _bias = new float[3];
        for (var c = 0; c < 3; c++)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(std[c]);
            _scale[c] = (float)(((double)high - low) / 255.0 / std[c]);
            _bias[c] = (float)(((double)low - mean[c]) / std[c]);
        }
    }

    public TensorLayout Layout { get; }

    public ChannelOrder Channels { get; }

    public ReadOnlySpan<float> Scale => _scale;

    public ReadOnlySpan<float> Bias => _bias;
}

namespace Affect.Vision.Pixels;

/// <summary>Packed RGB pictures (uint8 [height, width, 3]) as network input, without resampling.</summary>
internal static class RgbImage
{
    public static void Write(ReadOnlySpan<byte> rgb, TensorFormat format, Span<float> tensor, int pixels)
    {
        for (var i = 0; i < pixels; i++)
        {
            for (var c = 0; c < 3; c++)
            {
                var channel = format.Channels == ChannelOrder.Bgr ? 2 - c : c;
                var at = format.Layout == TensorLayout.Nchw ? (channel * pixels) + i : (3 * i) + channel;
                tensor[at] = (rgb[(3 * i) + c] * format.Scale[channel]) + format.Bias[channel];
            }
        }
    }
}

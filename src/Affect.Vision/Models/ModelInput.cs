using Affect.Vision.Pixels;

namespace Affect.Vision.Models;

/// <summary>The image tensor that a model reads.</summary>
/// <param name="Tensor">Its name in the ONNX graph.</param>
/// <param name="Format">Layout, channel order and value range.</param>
/// <param name="Batch">Images per run; -1 where the graph leaves it free.</param>
/// <param name="WidthPixels">-1 where the graph leaves it free (detectors only).</param>
/// <param name="HeightPixels">-1 where the graph leaves it free (detectors only).</param>
public sealed record ModelInput(string Tensor, TensorFormat Format, int Batch, int WidthPixels, int HeightPixels)
{
    /// <summary>True where one network reads frames of any size.</summary>
    public bool HasFreeSize => WidthPixels < 0;

    /// <summary>The tensor's shape for a batch, in the tensor's layout.</summary>
    public long[] Shape(int batch, int widthPixels, int heightPixels) => Format.Layout == TensorLayout.Nchw
        ? [batch, 3, heightPixels, widthPixels]
        : [batch, heightPixels, widthPixels, 3];

    internal static ModelInput Read(ManifestReader reader, bool sizeMayBeFree)
    {
        var tensor = reader.Text("tensor");
        reader.Choice("dtype", ("float32", 0));
        var layout = reader.Choice("layout", ("NCHW", TensorLayout.Nchw), ("NHWC", TensorLayout.Nhwc));
        var channels = reader.Choice("colour", ("RGB", ChannelOrder.Rgb), ("BGR", ChannelOrder.Bgr));
        var shape = reader.Integers("shape");
        var (channelAt, heightAt, widthAt) = layout == TensorLayout.Nchw ? (1, 2, 3) : (3, 1, 2);
        if (shape.Length != 4 || shape[channelAt] != 3)
        {
            throw reader.Error("shape", $"must have four numbers with 3 channels at position {channelAt} for its layout");
        }

        if (shape[0] is not -1 and < 1)
        {
            throw reader.Error("shape", "has a batch size that is neither -1 (free) nor positive");
        }

        var (height, width) = (shape[heightAt], shape[widthAt]);
        var free = height == -1 && width == -1;
        if (!(free && sizeMayBeFree) && (height is < 8 or > 4096 || width is < 8 or > 4096))
        {
            throw reader.Error("shape", sizeMayBeFree ? "must have height and width from 8 to 4096, or -1 for both" : "must have height and width from 8 to 4096");
        }

        var range = reader.Numbers("range", 2);
        float[] mean = reader.Has("mean") ? reader.Numbers("mean", 3) : [0, 0, 0];
        float[] std = reader.Has("std") ? reader.Numbers("std", 3) : [1, 1, 1];
        if (std.Any(value => value <= 0))
        {
            throw reader.Error("std", "must be positive");
        }

        if (range[0] >= range[1])
        {
            throw reader.Error("range", "must be [low, high] with low below high");
        }

        return new ModelInput(tensor, new TensorFormat(layout, channels, range[0], range[1], mean, std), shape[0], width, height);
    }
}

using System.Buffers;
using Affect.Vision.Pixels;

namespace Affect.Vision.Frames;

/// <summary>
/// One decoded picture: upright, full size, planar 8-bit YUV, with its place in the video. It owns a buffer; whoever holds the frame disposes of it
/// once, after which the planes must not be touched. The pixels are not synchronised: one writer (the decoder) before, readers after it was handed over.
/// </summary>
public sealed class DecodedFrame : IDisposable
{
    private IMemoryOwner<byte>? _buffer;

    internal DecodedFrame(IMemoryOwner<byte> buffer, FrameLayout layout, int rank, long pts, string colourMatrix, bool isFullRange)
    {
        _buffer = buffer;
        Layout = layout;
        Rank = rank;
        Pts = pts;
        ColourMatrix = colourMatrix;
        IsFullRange = isFullRange;
    }

    /// <summary>Rank in presentation order in the whole video, from 0.</summary>
    public int Rank { get; }

    /// <summary>Presentation time stamp in units of the stream's time base.</summary>
    public long Pts { get; }

    public FrameLayout Layout { get; }

    /// <summary>Width in pixels.</summary>
    public int Width => Layout.Width;

    /// <summary>Height in pixels.</summary>
    public int Height => Layout.Height;

    /// <summary>bt601, bt709 or bt2020.</summary>
    public string ColourMatrix { get; }

    /// <summary>Luma uses 0..255 rather than 16..235.</summary>
    public bool IsFullRange { get; }

    /// <summary>The samples of a plane from its first to its last row, stride included: uint8 [Height, Stride].</summary>
    public ReadOnlySpan<byte> Plane(int index)
    {
        var plane = Layout.Planes[index];
        return Buffer.Span.Slice(plane.Offset, ((plane.Height - 1) * plane.Stride) + plane.Width);
    }

    /// <summary>A view for sampling; valid until the frame is disposed of.</summary>
    internal PlanarImage ToImage()
    {
        ReadOnlyMemory<byte> PlaneAt(int index)
        {
            var plane = Layout.Planes[index];
            return Buffer.Slice(plane.Offset, ((plane.Height - 1) * plane.Stride) + plane.Width);
        }

        var isGrey = Layout.Pixels == PixelLayout.Gray8;
        return new PlanarImage(
            Layout.Pixels switch { PixelLayout.I420 => PlanarFormat.I420, PixelLayout.I444 => PlanarFormat.I444, _ => PlanarFormat.Gray8 },
            Width,
            Height,
            PlaneAt(0),
            Layout.Planes[0].Stride,
            isGrey ? default : PlaneAt(1),
            isGrey ? default : PlaneAt(2),
            isGrey ? 0 : Layout.Planes[1].Stride,
            ColourMatrix switch { "bt709" => Pixels.ColourMatrix.Bt709, "bt2020" => Pixels.ColourMatrix.Bt2020, _ => Pixels.ColourMatrix.Bt601 },
            IsFullRange ? ColourRange.Full : ColourRange.Limited);
    }

    private ReadOnlyMemory<byte> Buffer => _buffer?.Memory ?? throw new ObjectDisposedException(nameof(DecodedFrame));

    public void Dispose() => Interlocked.Exchange(ref _buffer, null)?.Dispose();
}

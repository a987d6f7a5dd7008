namespace Affect.Vision.Frames;

/// <summary>How the planes of a decoded frame lie. All are 8 bits a sample.</summary>
public enum PixelLayout
{
    Unknown = 0,

    /// <summary>Y, then Cb and Cr at half width and half height (rounded up).</summary>
    I420 = 1,

    /// <summary>Y, Cb, Cr, all of full size.</summary>
    I444 = 2,

    /// <summary>Y only.</summary>
    Gray8 = 3,
}

/// <summary>Position of one plane in a frame's buffer.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Width">Samples a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Stride">Bytes from one row to the next.</param>
public readonly record struct PlaneLayout(int Offset, int Width, int Height, int Stride);

/// <summary>Plane positions of a frame as ffmpeg's rawvideo packs it: planes one after the other, no padding.</summary>
public sealed class FrameLayout
{
    private readonly PlaneLayout[] _planes;

    private FrameLayout(PixelLayout pixels, int width, int height, int sizeBytes, PlaneLayout[] planes)
    {
        Pixels = pixels;
        Width = width;
        Height = height;
        SizeBytes = sizeBytes;
        _planes = planes;
    }

    public PixelLayout Pixels { get; }

    /// <summary>Width of the picture, in pixels.</summary>
    public int Width { get; }

    /// <summary>Height of the picture, in pixels.</summary>
    public int Height { get; }

    /// <summary>Bytes of the whole buffer.</summary>
    public int SizeBytes { get; }

    public ReadOnlySpan<PlaneLayout> Planes => _planes;

    public static FrameLayout Packed(PixelLayout pixels, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var luma = checked(width * height);
        var (cw, ch) = ChromaSize(pixels, width, height);
        var chroma = cw * ch;
        var planes = pixels == PixelLayout.Gray8
            ? new[] { new PlaneLayout(0, width, height, width) }
            : [new(0, width, height, width), new(luma, cw, ch, cw), new(luma + chroma, cw, ch, cw)];
        return new FrameLayout(pixels, width, height, checked(luma + (2 * chroma)), planes);
    }

    /// <summary>The top-left part of this layout, in the same buffer: a smaller picture that was padded to a common size.</summary>
    public FrameLayout Crop(int width, int height)
    {
        if (width == Width && height == Height)
        {
            return this;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, Width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, Height);
        var (cw, ch) = ChromaSize(Pixels, width, height);
        var planes = new PlaneLayout[_planes.Length];
        for (var i = 0; i < planes.Length; i++)
        {
            planes[i] = _planes[i] with { Width = i == 0 ? width : cw, Height = i == 0 ? height : ch };
        }

        return new FrameLayout(Pixels, width, height, SizeBytes, planes);
    }

    private static (int Width, int Height) ChromaSize(PixelLayout pixels, int width, int height) => pixels switch
    {
        PixelLayout.I420 => ((width + 1) / 2, (height + 1) / 2),
        PixelLayout.I444 => (width, height),
        PixelLayout.Gray8 => (0, 0),
        _ => throw new ArgumentOutOfRangeException(nameof(pixels), pixels, "Not a pixel layout."),
    };
}

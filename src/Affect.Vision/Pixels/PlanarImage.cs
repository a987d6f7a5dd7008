namespace Affect.Vision.Pixels;

/// <summary>
/// A view of one decoded frame: upright, 8 bits per sample, planar. It owns no memory, so it is valid only as long as the
/// buffer behind it is. Chroma samples are taken to lie in the centre of the luma samples they cover.
/// </summary>
public readonly struct PlanarImage
{
    public PlanarImage(
        PlanarFormat format,
        int widthPixels,
        int heightPixels,
        ReadOnlyMemory<byte> y,
        int strideYBytes,
        ReadOnlyMemory<byte> u,
        ReadOnlyMemory<byte> v,
        int strideUvBytes,
        ColourMatrix matrix,
        ColourRange range)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(widthPixels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heightPixels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(strideYBytes, widthPixels);
        if (format is not (PlanarFormat.I420 or PlanarFormat.I444 or PlanarFormat.Gray8))
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "The format must be I420, I444 or Gray8.");
        }

        Format = format;
        WidthPixels = widthPixels;
        HeightPixels = heightPixels;
        Matrix = matrix;
        Range = range;
        Luma = new Plane(y, widthPixels, heightPixels, strideYBytes);
        if (format == PlanarFormat.Gray8)
        {
            return;
        }

        var (chromaWidth, chromaHeight) = ChromaSize(format, widthPixels, heightPixels);
        U = new Plane(u, chromaWidth, chromaHeight, strideUvBytes);
        V = new Plane(v, chromaWidth, chromaHeight, strideUvBytes);
    }

    public PlanarFormat Format { get; }

    public int WidthPixels { get; }

    public int HeightPixels { get; }

    public ColourMatrix Matrix { get; }

    public ColourRange Range { get; }

    /// <summary>The Y plane.</summary>
    public Plane Luma { get; }

    /// <summary>The U (Cb) plane; empty for <see cref="PlanarFormat.Gray8"/>.</summary>
    public Plane U { get; }

    /// <summary>The V (Cr) plane; empty for <see cref="PlanarFormat.Gray8"/>.</summary>
    public Plane V { get; }

    /// <summary>Bytes of a frame whose planes lie one after the other without padding.</summary>
    public static int PackedLengthBytes(PlanarFormat format, int widthPixels, int heightPixels)
    {
        var luma = checked(widthPixels * heightPixels);
        if (format == PlanarFormat.Gray8)
        {
            return luma;
        }

        var (chromaWidth, chromaHeight) = ChromaSize(format, widthPixels, heightPixels);
        return checked(luma + (2 * chromaWidth * chromaHeight));
    }

    /// <summary>A frame whose planes lie one after the other without padding (what ffmpeg's rawvideo gives).</summary>
    public static PlanarImage FromPacked(
        ReadOnlyMemory<byte> buffer, PlanarFormat format, int widthPixels, int heightPixels, ColourMatrix matrix, ColourRange range)
    {
        var needed = PackedLengthBytes(format, widthPixels, heightPixels);
        if (buffer.Length < needed)
        {
            throw new ArgumentException($"A {widthPixels}x{heightPixels} {format} frame needs {needed} bytes, the buffer holds {buffer.Length}.", nameof(buffer));
        }

        var luma = widthPixels * heightPixels;
        if (format == PlanarFormat.Gray8)
        {
            return new PlanarImage(format, widthPixels, heightPixels, buffer[..luma], widthPixels, default, default, 0, matrix, range);
        }

        var (chromaWidth, chromaHeight) = ChromaSize(format, widthPixels, heightPixels);
        var chroma = chromaWidth * chromaHeight;
        return new PlanarImage(
            format,
            widthPixels,
            heightPixels,
            buffer[..luma],
            widthPixels,
            buffer.Slice(luma, chroma),
            buffer.Slice(luma + chroma, chroma),
            chromaWidth,
            matrix,
            range);
    }

    private static (int Width, int Height) ChromaSize(PlanarFormat format, int widthPixels, int heightPixels) =>
        format == PlanarFormat.I420 ? ((widthPixels + 1) / 2, (heightPixels + 1) / 2) : (widthPixels, heightPixels);
}

/// <summary>One plane of samples, row by row.</summary>
public readonly struct Plane
{
    public Plane(ReadOnlyMemory<byte> samples, int width, int height, int strideBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(strideBytes, width);
        var needed = ((height - 1) * strideBytes) + width;
        if (samples.Length < needed)
        {
            throw new ArgumentException($"A {width}x{height} plane with stride {strideBytes} needs {needed} bytes, {samples.Length} are there.", nameof(samples));
        }

        Samples = samples;
        Width = width;
        Height = height;
        StrideBytes = strideBytes;
    }

    public ReadOnlyMemory<byte> Samples { get; }

    public int Width { get; }

    public int Height { get; }

    public int StrideBytes { get; }
}

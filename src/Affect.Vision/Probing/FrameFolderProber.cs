using Affect.Core.Failures;
using Affect.Core.Video;
using Affect.Vision.Frames;

namespace Affect.Vision.Probing;

/// <summary>
/// Lists a folder of numbered pictures as a video: PTS = number - 1, every picture a keyframe. Size and pixel format are those of the first readable picture;
/// the others may differ in size, and are delivered in their own.
/// </summary>
public static class FrameFolderProber
{
    /// <summary>Container name in <see cref="VideoInfo"/>.</summary>
    public const string Container = "frames";

    /// <summary>Enough for the metadata that cameras put before a JPEG's size.</summary>
    internal const int HeaderBytes = 1 << 18;

    /// <summary>Pictures looked at to find one that is readable.</summary>
    private const int MaxTries = 100;

    /// <param name="folder">A local folder.</param>
    /// <param name="timeBase">Seconds a frame number; null for 1/1, where the true rate is unknown.</param>
    public static async Task<ProbeResult> ProbeAsync(string folder, Rational? timeBase, CancellationToken cancellationToken)
    {
        IReadOnlyList<FrameFolder.Picture> pictures;
        int ignored;
        try
        {
            (pictures, ignored) = FrameFolder.List(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ProbeResult.Failed(new ChunkFailure(FailureKind.Unreadable, "The folder is not there or may not be read.", e.Message));
        }

        if (pictures.Count == 0)
        {
            return new ProbeResult.Failed(
                new ChunkFailure(FailureKind.NoFrames, "The folder holds no picture named by a number (00001.jpg, 00002.png and so on)."));
        }

        PictureHeader? header = null;
        foreach (var picture in pictures.Take(MaxTries))
        {
            header ??= await ReadHeaderAsync(picture.Path, cancellationToken).ConfigureAwait(false);
        }

        if (header is null)
        {
            return new ProbeResult.Failed(new ChunkFailure(FailureKind.NotAVideo, $"None of the first {MaxTries} pictures is a readable JPEG or PNG file."));
        }

        var notes = new List<ProbeNote>();
        PacketIndex.Note(notes, ProbeAnomaly.IgnoredFiles, ignored);
        PacketIndex.Note(notes, ProbeAnomaly.MissingNumbers, pictures[^1].Number - pictures[0].Number + 1 - pictures.Count);
        var index = new FrameIndex([.. pictures.Select(p => FrameFolder.Pts(p.Number))], [.. Enumerable.Range(0, pictures.Count)]);
        return new ProbeResult.Found(Describe(header, index, timeBase ?? new Rational(1, 1)), index, notes);
    }

    internal static async Task<PictureHeader?> ReadHeaderAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.Asynchronous);
            var bytes = new byte[(int)Math.Min(HeaderBytes, RandomAccess.GetLength(file))];
            var read = await RandomAccess.ReadAsync(file, bytes, 0, cancellationToken).ConfigureAwait(false);
            return PictureHeader.Read(bytes.AsSpan(0, read));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static VideoInfo Describe(PictureHeader header, FrameIndex index, Rational timeBase) => new(
        Container, header.Codec, header.PixelFormat, 0, header.Width, header.Height, 0, timeBase, new Rational(timeBase.Denominator, timeBase.Numerator),
        IsVariableFrameRate: index.Pts[^1] - index.Pts[0] + 1 != index.FrameCount,
        DurationSeconds: (index.Pts[^1] - index.Pts[0] + 1) * timeBase.Value,
        // JFIF: BT.601, full range; PNG's RGB is brought to the same.
        ColourMatrix: "bt601", IsFullRange: true);
}

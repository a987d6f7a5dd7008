using System.Globalization;
using Affect.Vision.Pixels;

namespace Affect.Benchmarks.Detectors;

/// <summary>A rectangle of a clip's frame: the box of a face, or a part without any.</summary>
internal sealed record SourceRegion(PlanarImage Frame, double X, double Y, double Width, double Height);

/// <summary>What synthetic pictures are made of: faces whose boxes were drawn by hand, and parts of frames that show no face.</summary>
internal sealed record SyntheticSource(IReadOnlyList<SourceRegion> Faces, IReadOnlyList<SourceRegion> Backgrounds)
{
    /// <summary>
    /// Reads a CSV with a header, <c>kind,clip,time_s,x,y,width,height</c>: kind is <c>face</c> or <c>background</c>, clips count from the CSV's folder, times are whole seconds, the rest pixels
    /// with the origin at the frame's top-left corner. A face's box runs from the hairline to the chin and from cheek to cheek, without the ears.
    /// </summary>
    public static SyntheticSource Read(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var lines = File.ReadAllLines(file).Skip(1).Where(line => line.Length > 0).Select(line => line.Split(',', StringSplitOptions.TrimEntries)).ToList();
        if (lines.Find(fields => fields is not ["face" or "background", _, _, _, _, _, _]) is { } wrong)
        {
            throw new InvalidDataException($"'{string.Join(',', wrong)}' is neither a face nor a background: kind,clip,time_s,x,y,width,height.");
        }

        var frames = lines.GroupBy(fields => Path.Combine(folder, fields[1]), StringComparer.Ordinal)
            .SelectMany(clip => Frames(clip.Key, [.. clip.Select(Second)])).ToDictionary(frame => (frame.Clip, frame.Second), frame => frame.Image);
        List<SourceRegion> Regions(string kind) =>
            [.. lines.Where(fields => fields[0] == kind).Select(fields => Region(frames[(Path.Combine(folder, fields[1]), Second(fields))], fields))];
        return new SyntheticSource(Regions("face"), Regions("background"));
    }

    private static int Second(string[] fields) => int.Parse(fields[2], CultureInfo.InvariantCulture);

    private static SourceRegion Region(PlanarImage frame, string[] fields)
    {
        double Number(int index) => double.Parse(fields[index], CultureInfo.InvariantCulture);
        var region = new SourceRegion(frame, Number(3), Number(4), Number(5), Number(6));
        return region is { X: >= 0, Y: >= 0, Width: > 0, Height: > 0 } && region.X + region.Width <= frame.WidthPixels && region.Y + region.Height <= frame.HeightPixels
            ? region
            : throw new InvalidDataException($"'{string.Join(',', fields)}' lies outside of a frame of {frame.WidthPixels}x{frame.HeightPixels}.");
    }

    private static IEnumerable<(string Clip, int Second, PlanarImage Image)> Frames(string clip, HashSet<int> seconds)
    {
        foreach (var (time, image) in ClipFrames.Read(clip, 1))
        {
            if (seconds.Remove((int)time))
            {
                yield return (clip, (int)time, Copy(image));
            }
        }

        if (seconds.Count > 0)
        {
            throw new InvalidDataException($"{clip} has no frame at {string.Join(", ", seconds)} s.");
        }
    }

    private static PlanarImage Copy(in PlanarImage image) => new(
        image.Format, image.WidthPixels, image.HeightPixels, image.Luma.Samples.ToArray(), image.Luma.StrideBytes,
        image.U.Samples.ToArray(), image.V.Samples.ToArray(), image.U.StrideBytes, image.Matrix, image.Range);
}

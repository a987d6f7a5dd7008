using System.Globalization;

namespace Affect.Vision.Probing;

/// <summary>The numbered pictures of a folder, as in the ABAW distributions: <c>00001.jpg</c> is frame 0. Numbers may be missing.</summary>
internal static class FrameFolder
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png"];

    /// <param name="Number">Number in the file name.</param>
    /// <param name="Path">Path of the file.</param>
    public readonly record struct Picture(long Number, string Path);

    /// <summary>Pictures ascending by number, and the number of files that are no numbered picture or repeat a number.</summary>
    public static (IReadOnlyList<Picture> Pictures, int Ignored) List(string folder)
    {
        var ignored = 0;
        var pictures = new SortedDictionary<long, string>();
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            var isPicture = Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
            var name = Path.GetFileNameWithoutExtension(path.AsSpan());
            if (!isPicture || !long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || !pictures.TryAdd(number, path))
            {
                ignored++;
            }
        }

        return ([.. pictures.Select(p => new Picture(p.Key, p.Value))], ignored);
    }

    /// <summary>Time stamp of a numbered picture: its frame number from 0.</summary>
    public static long Pts(long number) => number - 1;
}

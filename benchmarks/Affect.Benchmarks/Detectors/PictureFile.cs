using System.Globalization;

namespace Affect.Benchmarks.Detectors;

/// <summary>A synthetic picture as a PNG with its faces' boxes drawn around them, to look at.</summary>
internal static class PictureFile
{
    public static void Write(string file, SyntheticPicture picture)
    {
        var boxes = picture.Faces.Select(face => string.Create(CultureInfo.InvariantCulture,
            $"drawbox={face.X - 1:F0}:{face.Y - 1:F0}:{face.Width + 2:F0}:{face.Height + 2:F0}:color=lime:t=1"));
        var png = FfmpegFilter.Run(
            picture.Samples, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{picture.Image.WidthPixels}x{picture.Image.HeightPixels}", "-i", "-",
            "-vf", string.Join(',', ["format=yuv444p", .. boxes]), "-f", "image2pipe", "-c:v", "png", "-");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.WriteAllBytes(file, png);
    }
}

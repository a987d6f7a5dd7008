namespace Affect.Benchmarks.Detectors;

/// <summary>A kind of picture.</summary>
/// <param name="FaceHeightsPixels">Of the faces' boxes before the turn; the tallest face is placed first.</param>
/// <param name="TurnDegrees">In the picture's plane; every second picture's faces are turned the other way.</param>
/// <param name="CutShare">The share of the box that lies outside of the picture, at its left, top, right and lower edge by turns.</param>
/// <param name="WholeFrame">Pastes the face with all of its frame, shrunk: the person and the room, and no oval whose edge could help or mislead.</param>
internal sealed record PictureKind(
    string Name, int Width, int Height, int[] FaceHeightsPixels, double TurnDegrees = 0, double CutShare = 0, Damage Damage = Damage.None, bool WholeFrame = false)
{
    /// <summary>The rows of the table.</summary>
    public static IEnumerable<PictureKind> All()
    {
        foreach (var (width, height) in ((int, int)[])[(1280, 720), (1920, 1080)])
        {
            yield return new PictureKind($"{height}p, no face", width, height, []);
            foreach (var size in (int[])[16, 24, 32, 48, 64, 96])
            {
                yield return new PictureKind($"{height}p, {size} px", width, height, [size]);
            }
        }

        foreach (var size in (int[])[24, 32, 48])
        {
            yield return new PictureKind($"720p, {size} px, whole frame", 1280, 720, [size], WholeFrame: true);
        }

        foreach (var turn in (int[])[15, 30, 45, 60, 90])
        {
            yield return new PictureKind($"720p, 96 px, turned {turn}°", 1280, 720, [96], TurnDegrees: turn);
        }

        foreach (var faces in (int[])[2, 5, 10, 20])
        {
            int[] sizes = [96, 32, 64, 24, 48];
            yield return new PictureKind($"720p, {faces} faces, 24 to 96 px", 1280, 720, [.. Enumerable.Range(0, faces).Select(i => sizes[i % sizes.Length])]);
        }

        foreach (var cut in (int[])[25, 50])
        {
            yield return new PictureKind($"720p, 96 px, {cut} % outside", 1280, 720, [96], CutShare: cut / 100.0);
        }

        yield return new PictureKind("720p, 64 px, dark", 1280, 720, [64], Damage: Damage.Darkened);
        yield return new PictureKind("720p, 64 px, blurred", 1280, 720, [64], Damage: Damage.Blurred);
        yield return new PictureKind("720p, 64 px, compressed", 1280, 720, [64], Damage: Damage.Compressed);
    }
}

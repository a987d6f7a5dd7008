namespace Affect.Storage.Parquet;

/// <summary>One file of final labels and the videos in it, in manifest order.</summary>
/// <param name="Part">Number of the part file, or null where the file belongs to one video alone.</param>
/// <param name="Videos">Positions of the videos in the list that was planned.</param>
public sealed record LabelFile(int? Part, IReadOnlyList<int> Videos);

/// <summary>
/// Which videos share a file of final labels. The rule: a video of at least <see cref="OwnFileRows"/> rows has a file of its own; the
/// others go, in manifest order, into
/// parts, and a part ends with the video that brings it to <see cref="OwnFileRows"/> rows. So no file but the last part has fewer rows,
/// and none but those of
/// single videos has twice as many. Depends on the row counts alone.
/// </summary>
public static class LabelFilePlan
{
    /// <summary>Rows from which a video has a file of its own: 65 minutes of one face at 25 frames/s, about 14 MB.</summary>
    public const long OwnFileRows = 100_000;

    /// <param name="rowCounts">Rows of each video, in manifest order. Videos without rows get no file.</param>
    public static IReadOnlyList<LabelFile> Plan(IReadOnlyList<long> rowCounts)
    {
        var files = new List<LabelFile>();
        var open = new List<int>();
        var (openRows, part) = (0L, 0);
        for (var i = 0; i < rowCounts.Count; i++)
        {
            if (rowCounts[i] >= OwnFileRows)
            {
                files.Add(new LabelFile(null, [i]));
            }
            else if (rowCounts[i] > 0)
            {
                open.Add(i);
                openRows += rowCounts[i];
                if (openRows >= OwnFileRows)
                {
                    files.Add(new LabelFile(part++, [.. open]));
                    open.Clear();
                    openRows = 0;
                }
            }
        }

        if (open.Count > 0)
        {
            files.Add(new LabelFile(part, [.. open]));
        }

        return files;
    }
}

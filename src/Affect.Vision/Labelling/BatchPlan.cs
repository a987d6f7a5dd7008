namespace Affect.Vision.Labelling;

/// <summary>Which fixed batch sizes a number of faces is run in.</summary>
internal static class BatchPlan
{
    /// <summary>The full batch, a quarter of it, and so on down to one: 16, 4, 1.</summary>
    public static int[] Sizes(int batchFaces)
    {
        var sizes = new List<int>();
        for (var size = batchFaces; size > 1; size /= 4)
        {
            sizes.Add(size);
        }

        sizes.Add(1);
        return [.. sizes];
    }

    /// <summary>The largest size that the remaining faces fill; the smallest one where they fill none.</summary>
    public static int Next(ReadOnlySpan<int> sizes, int remaining)
    {
        foreach (var size in sizes)
        {
            if (size <= remaining)
            {
                return size;
            }
        }

        return sizes[^1];
    }
}

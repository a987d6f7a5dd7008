namespace Affect.Core.Annotations;

/// <summary>How a video's name in annotations was resolved.</summary>
/// <param name="VideoId">The video's id in the manifest; null when none or several fit.</param>
/// <param name="Side">The person meant, from a <c>_left</c> or <c>_right</c> ending.</param>
/// <param name="Problem">Why there is no id; null where there is one.</param>
public sealed record ResolvedVideo(string? VideoId, PersonSide Side, string? Problem);

/// <summary>
/// Finds the video that an annotation speaks of: by its exact id, else by its id without extension, else by its file name without folder and
/// extension. Only when nothing fits is an ending <c>_left</c> or <c>_right</c> taken off (it then names the person), so a face folder
/// that is itself called <c>x_left</c> stays what it is. Several fits are a problem, never a guess. Immutable and thread-safe.
/// </summary>
public sealed class VideoNames
{
    private readonly Dictionary<string, string> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _bare = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _stems = new(StringComparer.Ordinal);

    public VideoNames(IEnumerable<string> videoIds)
    {
        foreach (var id in videoIds)
        {
            _exact[id] = id;
            Put(_bare, WithoutExtension(id), id);
            Put(_stems, AnnotationReader.Stem(id), id);
        }
    }

    public ResolvedVideo Resolve(string name)
    {
        var found = Find(name);
        if (found is not null)
        {
            return Resolved(name, found, PersonSide.Any);
        }

        foreach (var (ending, side) in new[] { ("_left", PersonSide.Left), ("_right", PersonSide.Right) })
        {
            if (name.Length > ending.Length && name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) && Find(name[..^ending.Length]) is { } person)
            {
                return Resolved(name, person, side);
            }
        }

        return new ResolvedVideo(null, PersonSide.Any, $"no video of the run is called '{LabelText.Shown(name)}'");
    }

    private static ResolvedVideo Resolved(string name, List<string> found, PersonSide side) => found.Count == 1
        ? new ResolvedVideo(found[0], side, null)
        : new ResolvedVideo(null, side, $"'{LabelText.Shown(name)}' fits {found.Count} videos: {string.Join(", ", found.Take(3))}{(found.Count > 3 ? ", …" : "")}");

    private List<string>? Find(string name) =>
        _exact.TryGetValue(name, out var id) ? [id]
        : _bare.TryGetValue(name, out var bare) ? bare
        : _stems.GetValueOrDefault(name);

    private static void Put(Dictionary<string, List<string>> map, string key, string id)
    {
        if (!map.TryGetValue(key, out var ids))
        {
            map[key] = ids = [];
        }

        ids.Add(id);
    }

    private static string WithoutExtension(string id)
    {
        var dot = id.LastIndexOf('.');
        return dot > id.LastIndexOf('/') + 1 ? id[..dot] : id;
    }
}

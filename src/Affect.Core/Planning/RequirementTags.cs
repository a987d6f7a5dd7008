namespace Affect.Core.Planning;

/// <summary>
/// The text form of a set of requirement tags (<see cref="ChunkSpec.Requires"/>): ordinal order, no duplicates, one space between.
/// A tag is <c>kind:value</c> without white space, in lower case: <c>codec:hevc</c>, <c>device:cuda</c>.
/// </summary>
public static class RequirementTags
{
    public static string Join(IEnumerable<string> tags)
    {
        var set = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            if (tag.Length == 0 || tag.Any(char.IsWhiteSpace))
            {
                throw new ArgumentException($"A requirement tag is text without white space, not '{tag}'.", nameof(tags));
            }

            set.Add(tag.ToLowerInvariant());
        }

        return string.Join(' ', set);
    }

    public static IReadOnlyList<string> Split(string tags) => tags.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether everything required is offered.</summary>
    public static bool AreMet(string required, IReadOnlySet<string> offered)
    {
        foreach (var range in required.AsSpan().Split(' '))
        {
            var tag = required[range];
            if (tag.Length > 0 && !offered.Contains(tag))
            {
                return false;
            }
        }

        return true;
    }
}

using Affect.Core.Planning;

namespace Affect.Storage.Layout;

/// <summary>
/// Prefixes for listing what belongs to some successive chunks. One common prefix is not enough: of video 999 to video 1000 it is <c>v00</c>, and each ledger partition that
/// crosses such a number would list the whole run.
/// </summary>
internal static class ChunkPrefixes
{
    /// <summary>One prefix, or two where the chunks cross a round number.</summary>
    public static IReadOnlyList<string> Between(ChunkId first, ChunkId last)
    {
        var (from, to) = (first.ToString(), last.ToString());
        var common = from.AsSpan().CommonPrefixLength(to);
        // Names of unequal length do not sort as numbers do at all; they exist above a million videos only.
        if (common == from.Length || from.Length != to.Length || to[common] - from[common] != 1)
        {
            return [from[..common]];
        }

        return [LongestBelow(from, common + 1, '9'), LongestBelow(to, common + 1, '0')];
    }

    /// <summary>What all texts from here to the round number share: the text up to its first digit that is not the last (or first) of its kind.</summary>
    private static string LongestBelow(string text, int start, char digit)
    {
        var end = start;
        while (end < text.Length && text[end] == digit)
        {
            end++;
        }

        return text[..end];
    }
}

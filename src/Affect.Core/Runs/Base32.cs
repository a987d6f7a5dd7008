using System.Buffers;
using System.Diagnostics;

namespace Affect.Core.Runs;

/// <summary>
/// Crockford's base 32 in lower case (no i, l, o, u): five bits a character, most significant first, without padding. Short, safe in file and
/// blob names on every system, and not confused when read aloud.
/// </summary>
internal static class Base32
{
    public const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private const int BitsPerCharacter = 5;

    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);

    /// <summary>The first <paramref name="characters"/> characters of the bytes' text.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes, int characters)
    {
        Debug.Assert(characters * BitsPerCharacter <= bytes.Length * 8, "Not enough bytes for the characters asked for.");
        var text = new char[characters];
        for (var i = 0; i < characters; i++)
        {
            var value = 0;
            for (var bit = i * BitsPerCharacter; bit < (i + 1) * BitsPerCharacter; bit++)
            {
                value = (value << 1) | ((bytes[bit / 8] >> (7 - (bit % 8))) & 1);
            }

            text[i] = Alphabet[value];
        }

        return new string(text);
    }

    /// <summary>Whether the text consists of this many characters of the alphabet.</summary>
    public static bool IsText(ReadOnlySpan<char> text, int characters) => text.Length == characters && !text.ContainsAnyExcept(Characters);
}

using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Affect.Storage.Objects;

/// <summary>
/// Object names: segments joined by '/'. A segment is not empty, not '.' or '..', at most 255 bytes of UTF-8, without control characters
/// and '\';
/// the whole name has at most 1,024 characters (Azure's limit). A name is not also the start of another's path (<c>a</c> and <c>a/b</c>):
/// a folder
/// cannot hold both. And the one way from any text to a segment: <see cref="Escape"/>.
/// </summary>
public static class ObjectNames
{
    /// <summary>Longest escaped segment; leaves room for endings such as <c>.parquet</c> below the 255 bytes of file systems.</summary>
    public const int MaxEscapedBytes = 190;

    private const int MaxNameChars = 1024;
    private const int MaxSegmentBytes = 255;
    private const string Hex = "0123456789ABCDEF";

    /// <summary>Throws unless the name is an object name.</summary>
    public static void Validate(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > MaxNameChars)
        {
            throw new ArgumentException($"An object name has at most {MaxNameChars} characters; this has {name.Length}.", nameof(name));
        }

        foreach (var range in name.AsSpan().Split('/'))
        {
            var segment = name.AsSpan(range);
            if (segment.IsEmpty || segment is "." or ".." || Encoding.UTF8.GetByteCount(segment) > MaxSegmentBytes || HasForbidden(segment))
            {
                throw new ArgumentException(
                    $"'{name}' is no object name: segments between '/' are not empty, '.' or '..', " +
                    $"have at most {MaxSegmentBytes} bytes, no control characters and no '\\'.",
                    nameof(name));
            }
        }
    }

    /// <summary>
    /// Turns any text (a video's id) into one readable segment of at most <see cref="MaxEscapedBytes"/> ASCII characters out of
    /// <c>A-Z a-z 0-9 . _ - ~</c>. Different texts give different segments: '/' becomes <c>~~</c>, any other character the bytes of its
    /// UTF-8 as
    /// <c>~XX</c>; a segment that would be too long keeps its start and ends in <c>~h</c> and 128 bits of the text's SHA-256 (so there
    /// "different" holds as far
    /// as SHA-256 does).
    /// </summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
        {
            return "~e";
        }

        var escaped = new StringBuilder(Math.Min(text.Length, 4096) + 16);
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (c == '.' && i > 0 && i < text.Length - 1))
            {
                escaped.Append(c);
            }
            else if (c == '/')
            {
                escaped.Append("~~");
            }
            else if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
                {
                    escaped.Append('~').Append(Hex[b >> 4]).Append(Hex[b & 15]);
                }

                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                // Half a surrogate pair: no UTF-8 stands for it.
                escaped.Append(CultureInfo.InvariantCulture, $"~u{(int)c:X4}");
            }
        }

        return escaped.Length <= MaxEscapedBytes ? escaped.ToString() : Shorten(escaped, text);
    }

    private static string Shorten(StringBuilder escaped, string text)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan())).AsSpan(0, 16));
        var start = escaped.ToString(0, MaxEscapedBytes - digest.Length - 2);

        // An escape is not cut in half, so that the start can still be read.
        var tilde = start.LastIndexOf('~');
        if (tilde >= start.Length - 5)
        {
            start = start[..tilde].TrimEnd('~');
        }

        return $"{start}~h{digest}";
    }

    private static bool HasForbidden(ReadOnlySpan<char> segment)
    {
        foreach (var c in segment)
        {
            if (char.IsControl(c) || c == '\\')
            {
                return true;
            }
        }

        return false;
    }
}

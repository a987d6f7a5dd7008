using System.Text;

namespace Affect.Core.Corpora;

/// <summary>One record of a CSV text.</summary>
/// <param name="Line">Line on which it starts, from 1.</param>
/// <param name="Fields">Its fields, unquoted; empty where it is damaged.</param>
/// <param name="Error">What is wrong with it, or null.</param>
internal sealed record CsvRecord(int Line, IReadOnlyList<string> Fields, string? Error);

/// <summary>
/// CSV as in RFC 4180: comma, fields in double quotes may hold commas, line ends and doubled quotes. Lines may end in CR LF, LF or CR; empty lines are skipped.
/// A damaged record is one line and one error, reading goes on with the next line. Never throws.
/// </summary>
internal static class CsvReader
{
    public static IEnumerable<CsvRecord> Read(string text)
    {
        var position = text.StartsWith('\uFEFF') ? 1 : 0;
        var line = 1;
        while (position < text.Length)
        {
            var start = position;
            List<string> fields = [];
            var error = ReadRecord(text, ref position, fields);
            if (error is not null)
            {
                position = NextLine(text, start);
                yield return new CsvRecord(line, [], error);
            }
            else if (fields.Count > 1 || fields[0].Length > 0)
            {
                yield return new CsvRecord(line, fields, null);
            }

            line += CountLineEnds(text.AsSpan(start, position - start));
        }
    }

    /// <summary>The field as CSV, quoted where it must be.</summary>
    public static string Quote(string field) =>
        field.AsSpan().IndexOfAny(",\"\r\n") >= 0 || (field.Length > 0 && (char.IsWhiteSpace(field[0]) || char.IsWhiteSpace(field[^1]) || field[0] == '\uFEFF'))
            ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : field;

    private static string? ReadRecord(string text, ref int position, List<string> fields)
    {
        while (true)
        {
            var field = new StringBuilder();
            var error = position < text.Length && text[position] == '"' ? ReadQuoted(text, ref position, field) : ReadPlain(text, ref position, field);
            fields.Add(field.ToString());
            if (error is not null)
            {
                return error;
            }

            if (position < text.Length && text[position] == ',')
            {
                position++;
                continue;
            }

            position = NextLine(text, position);
            return null;
        }
    }

    private static string? ReadPlain(string text, ref int position, StringBuilder field)
    {
        while (position < text.Length && text[position] is not (',' or '\r' or '\n'))
        {
            if (text[position] == '"')
            {
                return "a quote inside a field that is not quoted";
            }

            field.Append(text[position++]);
        }

        return null;
    }

    private static string? ReadQuoted(string text, ref int position, StringBuilder field)
    {
        for (position++; position < text.Length; position++)
        {
            if (text[position] != '"')
            {
                field.Append(text[position]);
            }
            else if (position + 1 < text.Length && text[position + 1] == '"')
            {
                field.Append('"');
                position++;
            }
            else
            {
                position++;
                return position == text.Length || text[position] is ',' or '\r' or '\n' ? null : "text after the closing quote of a field";
            }
        }

        return "a quoted field without its closing quote";
    }

    /// <summary>Start of the line after the one that holds this position.</summary>
    private static int NextLine(string text, int position)
    {
        var end = text.AsSpan(position).IndexOfAny('\r', '\n');
        if (end < 0)
        {
            return text.Length;
        }

        end += position;
        return text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
    }

    private static int CountLineEnds(ReadOnlySpan<char> text)
    {
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            count += text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')) ? 1 : 0;
        }

        return count;
    }
}

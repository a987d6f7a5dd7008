using System.Text;

namespace Affect.Core.Annotations;

/// <summary>Splits one line of comma-separated text; fields may be quoted with " (doubled inside). Fields do not span lines.</summary>
internal static class CsvLine
{
    /// <summary>The fields, trimmed; null when a quote is left open or text follows a closing quote.</summary>
    public static List<string>? Split(string line)
    {
        var fields = new List<string>();
        var at = 0;
        while (true)
        {
            while (at < line.Length && line[at] is ' ' or '\t')
            {
                at++;
            }

            if (at < line.Length && line[at] == '"')
            {
                var text = new StringBuilder();
                at++;
                while (true)
                {
                    if (at >= line.Length)
                    {
                        return null;
                    }

                    if (line[at] == '"' && at + 1 < line.Length && line[at + 1] == '"')
                    {
                        text.Append('"');
                        at += 2;
                    }
                    else if (line[at] == '"')
                    {
                        at++;
                        break;
                    }
                    else
                    {
                        text.Append(line[at++]);
                    }
                }

                var comma = line.IndexOf(',', at);
                var rest = comma < 0 ? line.AsSpan(at) : line.AsSpan(at, comma - at);
                if (!rest.Trim().IsEmpty)
                {
                    return null;
                }

                fields.Add(text.ToString());
                if (comma < 0)
                {
                    return fields;
                }

                at = comma + 1;
                continue;
            }

            var end = line.IndexOf(',', at);
            fields.Add((end < 0 ? line[at..] : line[at..end]).Trim());
            if (end < 0)
            {
                return fields;
            }

            at = end + 1;
        }
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Affect.Core.Corpora;

/// <summary>A line of a manifest that is not an entry.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Message">What is wrong.</param>
public sealed record ManifestError(int Line, string Message)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"line {Line}: {Message}");
}

/// <summary>What a manifest's text holds.</summary>
/// <param name="Entries">The good lines, in order, ids unique.</param>
/// <param name="Errors">The bad lines, in order; the others are not affected by them.</param>
/// <param name="IgnoredColumns">Names that mean nothing here, in order of first use: worth a word to the user, who may have mistyped one.</param>
public sealed record ManifestContent(
    IReadOnlyList<CorpusEntry> Entries, IReadOnlyList<ManifestError> Errors, IReadOnlyList<string> IgnoredColumns);

/// <summary>
/// Manifests as text: JSON lines (one object a line) or CSV with a header. Columns, in any order, their names in any case:
/// <c>path</c>, <c>uri</c> or <c>location</c> (exactly one, relative to the manifest's folder or absolute), and, if wanted, <c>id</c>, <c>split</c>, <c>group</c>,
/// <c>kind</c> (<c>video</c>, <c>face_frames</c>), <c>content</c>, <c>sizeBytes</c>. Reading never throws: what is wrong is named by line. What is written
/// here can be read again and gives the same entries. Must agree with docs/formats/manifest.md.
/// </summary>
public static class ManifestText
{
    private static readonly string[] Columns = ["id", "location", "kind", "content", "sizeBytes", "split", "group"];

    /// <param name="text">The whole text.</param>
    /// <param name="folder">The manifest's folder (path or URI), for relative locations.</param>
    public static ManifestContent ReadJsonLines(string text, string folder)
    {
        var builder = new ManifestBuilder(folder);
        var line = 0;
        using var reader = new StringReader(text.TrimStart('\uFEFF'));
        while (reader.ReadLine() is { } content)
        {
            line++;
            if (!string.IsNullOrWhiteSpace(content))
            {
                builder.Add(line, ReadObject(content, out var problem), problem);
            }
        }

        return builder.ToContent();
    }

    /// <inheritdoc cref="ReadJsonLines"/>
    public static ManifestContent ReadCsv(string text, string folder)
    {
        var builder = new ManifestBuilder(folder);
        IReadOnlyList<string>? header = null;
        foreach (var record in CsvReader.Read(text))
        {
            if (header is null)
            {
                header = [.. record.Fields.Select(field => field.Trim())];
                if ((record.Error ?? ManifestBuilder.ProblemOfHeader(header)) is { } problem)
                {
                    builder.Add(record.Line, null, problem);
                    break;
                }
            }
            else if (record.Error is null && record.Fields.Count != header.Count)
            {
                builder.Add(record.Line, null, $"{record.Fields.Count} fields where the header has {header.Count}");
            }
            else
            {
                builder.Add(record.Line, record.Error is null ? header.Zip(record.Fields) : null, record.Error);
            }
        }

        return builder.ToContent();
    }

    public static string WriteJsonLines(IEnumerable<CorpusEntry> entries)
    {
        var text = new StringBuilder();
        foreach (var entry in entries)
        {
            var line = new ManifestLine(
                entry.Id, entry.Location, KindText(entry.Kind), NullIfEmpty(entry.Content), entry.SizeBytes < 0 ? null : entry.SizeBytes, entry.Split, entry.Group);
            text.Append(JsonSerializer.Serialize(line, ManifestJson.Readable.ManifestLine)).Append('\n');
        }

        return text.ToString();
    }

    public static string WriteCsv(IEnumerable<CorpusEntry> entries)
    {
        var text = new StringBuilder().AppendJoin(',', Columns).Append('\n');
        foreach (var entry in entries)
        {
            var size = entry.SizeBytes < 0 ? "" : entry.SizeBytes.ToString(CultureInfo.InvariantCulture);
            string?[] fields = [entry.Id, entry.Location, KindText(entry.Kind), entry.Content, size, entry.Split, entry.Group];
            text.AppendJoin(',', fields.Select(field => CsvReader.Quote(field ?? ""))).Append('\n');
        }

        return text.ToString();
    }

    internal static string? KindText(EntryKind kind) => kind switch
    {
        EntryKind.Video => "video",
        EntryKind.FaceFrames => "face_frames",
        _ => null,
    };

    private static List<(string Name, string Value)>? ReadObject(string json, out string? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                problem = "not a JSON object";
                return null;
            }

            List<(string, string)> values = [];
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                {
                    values.Add((property.Name, property.Value.ToString()));
                }
                else if (property.Value.ValueKind != JsonValueKind.Null && ManifestBuilder.IsColumn(property.Name))
                {
                    problem = $"{property.Name} must be text";
                    return null;
                }
            }

            problem = null;
            return values;
        }
        catch (JsonException)
        {
            problem = "not JSON";
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // Half of a surrogate pair: as it stands, or as an escape, which is found out only when the text is read.
            problem = "text that is not well-formed Unicode";
            return null;
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}

using System.Globalization;
using System.Text.Json;
using Affect.Coordinator.Reports;
using Affect.Vision.Models;

namespace Affect.Coordinator.Local;

/// <summary>The measured quality that a <c>model.json</c> states, as lines for people. Its form is free, so it is shown as it is.</summary>
internal static class ModelQuality
{
    /// <summary>The model's <c>quality</c> as it stands in its description, or null.</summary>
    public static JsonElement? Raw(ModelManifest manifest)
    {
        using var document = JsonDocument.Parse(
            File.ReadAllBytes(manifest.ManifestFile), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return document.RootElement.TryGetProperty("quality", out var quality) ? quality.Clone() : null;
    }

    public static IReadOnlyList<ReportSetting> Of(ModelManifest manifest) => Raw(manifest) is { } quality ? Lines(quality) : [];

    public static IReadOnlyList<ReportSetting> Lines(JsonElement quality)
    {
        var lines = new List<ReportSetting>();
        Add(lines, string.Empty, quality);
        return lines;
    }

    private static void Add(List<ReportSetting> lines, string path, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(x => x.ValueKind is JsonValueKind.Array or JsonValueKind.Object))
        {
            // A matrix is no line; it is in the description.
            return;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            lines.Add(new ReportSetting(path.Length == 0 ? "quality" : path, Text(value)));
            return;
        }

        if (value.TryGetProperty("value", out var middle) && value.TryGetProperty("low", out var low) && value.TryGetProperty("high", out var high))
        {
            lines.Add(new ReportSetting(path, $"{Text(middle)} (95 %: {Text(low)} to {Text(high)})"));
            return;
        }

        foreach (var property in value.EnumerateObject())
        {
            Add(lines, path.Length == 0 ? property.Name : $"{path} {property.Name}", property.Value);
        }
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble().ToString("0.####", CultureInfo.InvariantCulture),
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "-",
        JsonValueKind.Array => string.Join(' ', value.EnumerateArray().Select(Text)),
        _ => value.GetRawText(),
    };
}

using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Affect.Coordinator.Tests.Server;

/// <summary>Checks an answer against its schema, as far as openapi.json uses JSON Schema: types, properties (no other than those described), words, ranges, patterns.</summary>
internal static class ApiSchema
{
    /// <summary>How many values were checked.</summary>
    public static int Check(JsonElement document, JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var target = reference.GetString()![2..].Split('/').Aggregate(document, (element, part) => element.GetProperty(part));
            return Check(document, target, value, at);
        }

        if (schema.TryGetProperty("oneOf", out var choices))
        {
            return value.ValueKind == JsonValueKind.Null ? 1 : Check(document, choices[0], value, at);
        }

        var types = schema.GetProperty("type") is { ValueKind: JsonValueKind.Array } several ? [.. several.EnumerateArray().Select(t => t.GetString()!)] : (List<string>)[schema.GetProperty("type").GetString()!];
        Assert.True(types.Contains(TypeOf(value)) || (types.Contains("number") && TypeOf(value) == "integer"), $"{at}: {value.ValueKind}, not {string.Join(" or ", types)}");
        return value.ValueKind switch
        {
            JsonValueKind.Object => 1 + CheckObject(document, schema, value, at),
            JsonValueKind.Array => 1 + value.EnumerateArray().Select((item, i) => Check(document, schema.GetProperty("items"), item, string.Create(CultureInfo.InvariantCulture, $"{at}[{i}]"))).Sum(),
            _ => CheckValue(schema, value, at),
        };
    }

    private static int CheckObject(JsonElement document, JsonElement schema, JsonElement value, string at)
    {
        var properties = schema.GetProperty("properties");
        Assert.All(schema.GetProperty("required").EnumerateArray(), name => Assert.True(value.TryGetProperty(name.GetString()!, out _), $"{at} has no {name}"));
        var count = 0;
        foreach (var property in value.EnumerateObject())
        {
            Assert.True(properties.TryGetProperty(property.Name, out var described), $"{at}.{property.Name} is not described");
            count += Check(document, described, property.Value, $"{at}.{property.Name}");
        }

        return count;
    }

    private static int CheckValue(JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("enum", out var words))
        {
            Assert.True(words.EnumerateArray().Any(word => word.GetRawText() == value.GetRawText()), $"{at}: {value} is none of {words}");
        }

        if (value.ValueKind == JsonValueKind.String && schema.TryGetProperty("pattern", out var pattern))
        {
            Assert.Matches(new Regex(pattern.GetString()!), value.GetString()!);
        }

        if (value.ValueKind == JsonValueKind.Number)
        {
            Assert.True(!schema.TryGetProperty("minimum", out var minimum) || value.GetDouble() >= minimum.GetDouble(), $"{at}: {value}");
            Assert.True(!schema.TryGetProperty("maximum", out var maximum) || value.GetDouble() <= maximum.GetDouble(), $"{at}: {value}");
        }

        return 1;
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}

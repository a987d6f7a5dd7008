using System.Globalization;
using System.Text.Json;

namespace Affect.Vision.Models;

/// <summary>Reads values out of one object of a <c>model.json</c>; every failure names the file and the key's path.</summary>
internal readonly struct ManifestReader
{
    private readonly string _file;
    private readonly string _path;
    private readonly JsonElement _element;

    public ManifestReader(string file, string path, JsonElement element)
    {
        _file = file;
        _path = path;
        _element = element;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(path.Length == 0 ? "The document" : $"'{path}'", "must be an object");
        }
    }

    public string File => _file;

    public bool Has(string key) => _element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null;

    public ManifestReader Object(string key) => new(_file, Name(key), Required(key));

    public JsonElement Raw(string key) => Required(key);

    public string Text(string key)
    {
        var value = Required(key);
        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw Error(key, "must be a string that is not empty");
    }

    public string Text(string key, string absent) =>
        !Has(key) ? absent : Required(key).ValueKind == JsonValueKind.String ? Required(key).GetString()! : throw Error(key, "must be a string");

    public int Integer(string key, int low, int high)
    {
        var value = Required(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= low && number <= high
            ? number
            : throw Error(key, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {low} to {high}"));
    }

    public int Integer(string key, int low, int high, int absent) => Has(key) ? Integer(key, low, high) : absent;

    public double Number(string key, double low, double high)
    {
        var value = Required(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= low && number <= high
            ? number
            : throw Error(key, string.Create(CultureInfo.InvariantCulture, $"must be a number from {low} to {high}"));
    }

    public double Number(string key, double low, double high, double absent) => Has(key) ? Number(key, low, high) : absent;

    public bool Flag(string key, bool absent) => !Has(key) ? absent : Required(key).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Error(key, "must be true or false"),
    };

    public T Choice<T>(string key, params ReadOnlySpan<(string Name, T Value)> choices)
    {
        var text = Text(key);
        var names = new List<string>();
        foreach (var (name, value) in choices)
        {
            if (name == text)
            {
                return value;
            }

            names.Add(name);
        }

        throw Error(key, $"is \"{text}\"; it must be one of: {string.Join(", ", names)}");
    }

    public IReadOnlyList<string> Texts(string key)
    {
        var result = new List<string>();
        foreach (var item in Items(key))
        {
            result.Add(item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Error(key, "must hold strings only"));
        }

        return result.Distinct(StringComparer.Ordinal).Count() == result.Count ? result : throw Error(key, "names something twice");
    }

    public float[] Numbers(string key, int count = -1)
    {
        var result = new List<float>();
        foreach (var item in Items(key))
        {
            result.Add(item.ValueKind == JsonValueKind.Number && item.TryGetSingle(out var number) && float.IsFinite(number)
                ? number
                : throw Error(key, "must hold finite numbers only"));
        }

        return count < 0 || result.Count == count ? [.. result] : throw Error(key, $"must hold {count} numbers, not {result.Count}");
    }

    public int[] Integers(string key)
    {
        var result = new List<int>();
        foreach (var item in Items(key))
        {
            result.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number) ? number : throw Error(key, "must hold whole numbers only"));
        }

        return [.. result];
    }

    public IReadOnlyList<ManifestReader> Objects(string key)
    {
        var result = new List<ManifestReader>();
        foreach (var item in Items(key))
        {
            result.Add(new ManifestReader(_file, $"{Name(key)}[{result.Count}]", item));
        }

        return result;
    }

    public IReadOnlyList<(float X, float Y)> Points(string key)
    {
        var result = new List<(float X, float Y)>();
        foreach (var item in Items(key))
        {
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2 ||
                !item[0].TryGetSingle(out var x) || !item[1].TryGetSingle(out var y))
            {
                throw Error(key, "must hold [x, y] pairs");
            }

            result.Add((x, y));
        }

        return result;
    }

    public ModelException Error(string key, string problem) => Wrong($"'{Name(key)}'", problem);

    private string Name(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    private ModelException Wrong(string what, string problem) =>
        new(_file, $"{what} {problem}.", "Correct the file; docs/formats/model.md describes every key.");

    private JsonElement Required(string key) =>
        _element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : throw Error(key, "is missing");

    private JsonElement.ArrayEnumerator Items(string key)
    {
        var value = Required(key);
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Error(key, "must be a list");
    }
}

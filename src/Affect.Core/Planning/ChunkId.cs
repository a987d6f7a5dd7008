using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Affect.Core.Planning;

/// <summary>
/// Identity of a chunk in its run: the video's number in the manifest and the chunk's number in the video, so that ordinal order of the text
/// form is plan order. Owns its text form, <c>v000012-c00003</c>, which is also its object name.
/// </summary>
[JsonConverter(typeof(ChunkIdJsonConverter))]
public readonly record struct ChunkId(int Video, int Chunk) : IComparable<ChunkId>
{
    public int CompareTo(ChunkId other) => Video != other.Video ? Video.CompareTo(other.Video) : Chunk.CompareTo(other.Chunk);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"v{Video:D6}-c{Chunk:D5}");

    public static bool TryParse(string text, out ChunkId id)
    {
        id = default;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 2 || text[0] != 'v' || dash + 2 >= text.Length || text[dash + 1] != 'c' ||
            !int.TryParse(text.AsSpan(1, dash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var video) ||
            !int.TryParse(text.AsSpan(dash + 2), NumberStyles.None, CultureInfo.InvariantCulture, out var chunk))
        {
            return false;
        }

        id = new ChunkId(video, chunk);
        return id.ToString() == text;
    }

    public static bool operator <(ChunkId a, ChunkId b) => a.CompareTo(b) < 0;
    public static bool operator >(ChunkId a, ChunkId b) => a.CompareTo(b) > 0;
    public static bool operator <=(ChunkId a, ChunkId b) => a.CompareTo(b) <= 0;
    public static bool operator >=(ChunkId a, ChunkId b) => a.CompareTo(b) >= 0;
}

/// <summary>Writes the text form.</summary>
internal sealed class ChunkIdJsonConverter : JsonConverter<ChunkId>
{
    public override ChunkId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ChunkId.TryParse(reader.GetString()!, out var id)
            ? id
            : throw new JsonException("Not a chunk id such as v000012-c00003.");

    public override void Write(Utf8JsonWriter writer, ChunkId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

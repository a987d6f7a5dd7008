using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Planning;

namespace Affect.Core.Ledger;

/// <summary>
/// Identity of a lease: which attempt at which chunk. Unique for ever (see <see cref="AttemptId"/>). Its text form, <c>v000012-c00003.2-7q2k9m0x4c1d</c>,
/// is also the attempt's object name without its extension. It is a name, not a secret.
/// </summary>
[JsonConverter(typeof(LeaseTokenJsonConverter))]
public readonly record struct LeaseToken(ChunkId Chunk, AttemptId Attempt)
{
    public override string ToString() => $"{Chunk}.{Attempt}";

    public static bool TryParse(string? text, out LeaseToken token)
    {
        token = default;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot < 0 || !ChunkId.TryParse(text![..dot], out var chunk) || !AttemptId.TryParse(text[(dot + 1)..], out var attempt))
        {
            return false;
        }

        token = new LeaseToken(chunk, attempt);
        return true;
    }
}

/// <summary>Writes the text form.</summary>
internal sealed class LeaseTokenJsonConverter : JsonConverter<LeaseToken>
{
    public override LeaseToken Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && LeaseToken.TryParse(reader.GetString(), out var token)
            ? token
            : throw new JsonException("Not a lease token such as v000012-c00003.2-7q2k9m0x4c1d.");

    public override void Write(Utf8JsonWriter writer, LeaseToken value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

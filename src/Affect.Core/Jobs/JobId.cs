using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Runs;

namespace Affect.Core.Jobs;

/// <summary>
/// Names one submission to a server, for ever: 60 random bits, 12 characters of base 32 (<c>7q2k9m0x4c1d</c>). A job becomes a run once its corpus
/// is planned; submitting the same corpus again makes another job of the same run (<see cref="RunId"/>), which does only what is missing.
/// </summary>
[JsonConverter(typeof(JobIdJsonConverter))]
public readonly record struct JobId
{
    private const int Length = 12;

    private readonly string? _text;

    private JobId(string text) => _text = text;

    public static JobId New() => new(Base32.Encode(RandomNumberGenerator.GetBytes(8), Length));

    public override string ToString() => _text ?? "";

    public static bool TryParse(string? text, out JobId id)
    {
        id = text is not null && Base32.IsText(text, Length) ? new JobId(text) : default;
        return id._text is not null;
    }

    /// <exception cref="FormatException">Not a job id.</exception>
    public static JobId Parse(string text) => TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no job id such as 7q2k9m0x4c1d.");
}

internal sealed class JobIdJsonConverter : JsonConverter<JobId>
{
    public override JobId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && JobId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("Not a job id.");

    public override void Write(Utf8JsonWriter writer, JobId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

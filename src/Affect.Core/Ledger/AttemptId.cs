using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Runs;

namespace Affect.Core.Ledger;

/// <summary>
/// Names one attempt at one chunk, for ever: <c>2-7q2k9m0x4c1d</c>. The number counts the times the chunk was leased, as far as the ledger knew;
/// the suffix is the epoch of the ledger that leased it, 60 random bits drawn when that ledger was made. One ledger never gives the same number
/// of a chunk twice, and two ledgers (after a crash, or two coordinators that both think they lead) differ in their epochs, so
/// <c>&lt;ChunkId&gt;.&lt;AttemptId&gt;.parquet</c> is never written by two attempts, whatever was lost.
/// </summary>
/// <param name="Number">From 1.</param>
/// <param name="Epoch">12 characters of lower-case base 32.</param>
[JsonConverter(typeof(AttemptIdJsonConverter))]
public readonly record struct AttemptId(int Number, string Epoch)
{
    public const int EpochLength = 12;

    private const int EpochBytes = 8;

    /// <summary>A fresh epoch from the system's random source.</summary>
    public static string NewEpoch() => Base32.Encode(RandomNumberGenerator.GetBytes(EpochBytes), EpochLength);

    /// <summary>Whether the text could be an epoch.</summary>
    public static bool IsEpoch(string text) => Base32.IsText(text, EpochLength);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}-{Epoch}");

    public static bool TryParse(string? text, out AttemptId attempt)
    {
        attempt = default;
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (dash < 1 || text![0] == '0' ||
            !int.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ||
            !Base32.IsText(text.AsSpan(dash + 1), EpochLength))
        {
            return false;
        }

        attempt = new AttemptId(number, text[(dash + 1)..]);
        return true;
    }
}

/// <summary>Writes the text form.</summary>
internal sealed class AttemptIdJsonConverter : JsonConverter<AttemptId>
{
    public override AttemptId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && AttemptId.TryParse(reader.GetString(), out var attempt)
            ? attempt
            : throw new JsonException("Not an attempt such as 2-7q2k9m0x4c1d.");

    public override void Write(Utf8JsonWriter writer, AttemptId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

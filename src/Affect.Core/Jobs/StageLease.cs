using System.Text.Json;
using System.Text.Json.Serialization;
using Affect.Core.Ledger;

namespace Affect.Core.Jobs;

/// <summary>
/// Identity of the right to plan or to finalise a job: <c>planning.2-7q2k9m0x4c1d</c>. Of a stage only one attempt is alive at a time; attempts are named as
/// those of chunks are.
/// </summary>
[JsonConverter(typeof(StageTokenJsonConverter))]
public readonly record struct StageToken(JobPhase Stage, AttemptId Attempt)
{
    public override string ToString() => $"{(Stage == JobPhase.Planning ? "planning" : "finalising")}.{Attempt}";

    public static bool TryParse(string? text, out StageToken token)
    {
        token = default;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot < 0 || text![..dot] is not ("planning" or "finalising") || !AttemptId.TryParse(text[(dot + 1)..], out var attempt))
        {
            return false;
        }

        token = new StageToken(text[0] == 'p' ? JobPhase.Planning : JobPhase.Finalising, attempt);
        return true;
    }
}

/// <summary>The right and the duty to plan or to finalise a job, extended by heartbeats.</summary>
/// <param name="Token">Identity.</param>
/// <param name="Duration">Time left when the lease was given; workers count it on their own clock.</param>
public sealed record StageLease(StageToken Token, TimeSpan Duration);

internal sealed class StageTokenJsonConverter : JsonConverter<StageToken>
{
    public override StageToken Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && StageToken.TryParse(reader.GetString(), out var token)
            ? token
            : throw new JsonException("Not a stage token such as planning.2-7q2k9m0x4c1d.");

    public override void Write(Utf8JsonWriter writer, StageToken value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

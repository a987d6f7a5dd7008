using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Affect.Core.Runs;

/// <summary>
/// JSON of the records of a run. Compact, camel case, enums as text, nulls written, computed properties left out: the default instance is also the canonical form that identities are
/// hashed over, so its options must not change.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(DoneRecord))]
[JsonSerializable(typeof(FailedRecord))]
[JsonSerializable(typeof(BegunRecord))]
[JsonSerializable(typeof(RunIdentity))]
[JsonSerializable(typeof(DetectionIdentity))]
[JsonSerializable(typeof(IReadOnlyList<ModelIdentity>))]
internal sealed partial class RunsJson : JsonSerializerContext
{
    /// <summary>The same, for files that people read.</summary>
    public static RunsJson Indented => field ??= new RunsJson(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { WriteIndented = true });

    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, string what)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new FormatException($"Not a {what}: null.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"Not a {what}: {e.Message}", e);
        }
    }
}

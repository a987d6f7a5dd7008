using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Affect.Core.Corpora;

/// <summary>An entry as a line of a manifest.</summary>
internal sealed record ManifestLine(string Id, string Location, string? Kind, string? Content, long? SizeBytes, string? Split, string? Group);

/// <summary>JSON of manifests. The default instance is the canonical form that a corpus' identity is hashed over: its options must not change.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(EntryIdentity))]
[JsonSerializable(typeof(ManifestLine))]
internal sealed partial class ManifestJson : JsonSerializerContext
{
    /// <summary>The same, with letters of all scripts as they are, for files that people read. Not for HTML.</summary>
    public static ManifestJson Readable => field ??= new ManifestJson(
        new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Affect.Engine.Serving;

/// <summary>
/// How messages of a server travel, over HTTP and between silos alike. Fields may be added; none is renamed or given another meaning while two versions work together (a
/// rolling update), and a golden test pins them.
/// </summary>
public static class WireJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        IgnoreReadOnlyProperties = true,
        RespectNullableAnnotations = true,
        // As by default, but there before the first message: who asks for the shape of one meets it too.
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };
}

using Affect.Engine.Serving;
using Orleans.Serialization;

namespace Affect.Grains;

/// <summary>Messages between silos and their clients: the project's own types as JSON, in the very words that workers over HTTP use.</summary>
public static class GrainSerialization
{
    public static ISerializerBuilder AddAffect(this ISerializerBuilder builder) =>
        builder.AddJsonSerializer(type => type.Namespace?.StartsWith("Affect.", StringComparison.Ordinal) == true, WireJson.Options);
}
